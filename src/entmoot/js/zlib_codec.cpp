// SPDX-License-Identifier: MIT

#include <entmoot/js/zlib_codec.hpp>

#include <entmoot/core/fiber.hpp>
#include <entmoot/core/slicer.hpp>
#include <entmoot/js/host_functions.hpp>

#include <algorithm>

#include <zlib.h>

namespace entmoot::js {

namespace {

// Compressing this much takes half a millisecond.
constexpr std::size_t piece_bytes = std::size_t{16} << 10;
constexpr std::size_t first_output_bytes = std::size_t{4} << 10;

voidpf allocate(voidpf ctx, uInt count, uInt size) {
  return js_malloc(static_cast<JSContext*>(ctx), std::size_t{count} * size);
}
void release(voidpf ctx, voidpf block) { js_free(static_cast<JSContext*>(ctx), block); }

int window_bits(std::string_view format) noexcept {
  return format == "gzip" ? MAX_WBITS + 16 : format == "deflate" ? MAX_WBITS : -MAX_WBITS;
}

// Trivially destructible: a room that is dropped leaves it, and what it has allocated, in its heap.
struct Output {
  std::uint8_t* data = nullptr;
  std::size_t size = 0;
  std::size_t capacity = 0;
};

bool make_room(JSContext* ctx, Output* out) noexcept {
  if (out->size < out->capacity) return true;
  const std::size_t capacity = std::max(first_output_bytes, out->capacity * 2);
  auto* data = static_cast<std::uint8_t*>(js_realloc(ctx, out->data, capacity));
  if (!data) return false;
  out->data = data;
  out->capacity = capacity;
  return true;
}

// Runs `step` (deflate or inflate) until the stream ends, the input is used up, or it fails. Returns zlib's last
// result; Z_MEM_ERROR: an exception is pending.
template <class Step>
int run(JSContext* ctx, z_stream* stream, const std::uint8_t* bytes, std::size_t size, Output* out,
        Step step) noexcept {
  Slicer& slicer = host_of(ctx).slicer();
  std::size_t at = 0;
  for (int result = Z_OK;;) {
    if (stream->avail_in == 0 && at < size) {
      const std::size_t piece = std::min(piece_bytes, size - at);
      stream->next_in = const_cast<Bytef*>(bytes + at);  // zlib reads only
      stream->avail_in = static_cast<uInt>(piece);
      at += piece;
    }
    if (!make_room(ctx, out)) return Z_MEM_ERROR;
    const std::size_t space = std::min(out->capacity - out->size, piece_bytes * 4);
    stream->next_out = out->data + out->size;
    stream->avail_out = static_cast<uInt>(space);
    result = step(stream, at == size);
    out->size += space - stream->avail_out;
    if (result == Z_STREAM_END) {
      const bool rest = stream->avail_in > 0 || at < size;
      return rest ? Z_DATA_ERROR : result;
    }
    if (result != Z_OK && result != Z_BUF_ERROR) return result;
    // No progress although there is space for output: the input is truncated.
    if (result == Z_BUF_ERROR && stream->avail_out > 0 && at == size) return result;
    if (Fiber::current()) slicer.poll();
  }
}

JSValue bytes_of(JSContext* ctx, const Output& out) noexcept {
  JSValue bytes = JS_NewUint8ArrayCopy(ctx, out.data, out.size);
  js_free(ctx, out.data);
  return bytes;
}

JSValue fail(JSContext* ctx, const Output& out, int result, std::string_view format) noexcept {
  js_free(ctx, out.data);
  if (result == Z_MEM_ERROR) return JS_HasException(ctx) ? JS_EXCEPTION : JS_ThrowOutOfMemory(ctx);
  return JS_ThrowTypeError(ctx, "the data is not a complete stream in the format \"%.*s\"",
                           static_cast<int>(format.size()), format.data());
}

z_stream stream_in(JSContext* ctx) noexcept {
  z_stream stream{};
  stream.zalloc = allocate;
  stream.zfree = release;
  stream.opaque = ctx;
  return stream;
}

}  // namespace

JSValue compress(JSContext* ctx, std::string_view format, const std::uint8_t* bytes, std::size_t size) noexcept {
  z_stream stream = stream_in(ctx);
  Output out;
  constexpr int memory_level = 8;
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_bits(format), memory_level, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    return fail(ctx, out, Z_MEM_ERROR, format);
  }
  const int result = run(ctx, &stream, bytes, size, &out,
                         [](z_stream* each, bool last) { return deflate(each, last ? Z_FINISH : Z_NO_FLUSH); });
  deflateEnd(&stream);
  return result == Z_STREAM_END ? bytes_of(ctx, out) : fail(ctx, out, result, format);
}

JSValue decompress(JSContext* ctx, std::string_view format, const std::uint8_t* bytes, std::size_t size) noexcept {
  z_stream stream = stream_in(ctx);
  Output out;
  if (inflateInit2(&stream, window_bits(format)) != Z_OK) return fail(ctx, out, Z_MEM_ERROR, format);
  const int result =
      run(ctx, &stream, bytes, size, &out, [](z_stream* each, bool) { return inflate(each, Z_NO_FLUSH); });
  inflateEnd(&stream);
  return result == Z_STREAM_END ? bytes_of(ctx, out) : fail(ctx, out, result, format);
}

}  // namespace entmoot::js
