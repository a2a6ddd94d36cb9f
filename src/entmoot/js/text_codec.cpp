// SPDX-License-Identifier: MIT

#include <entmoot/js/text_codec.hpp>

#include <entmoot/core/fiber.hpp>
#include <entmoot/core/slicer.hpp>
#include <entmoot/js/host_functions.hpp>

#include <algorithm>

namespace entmoot::js {

namespace {

// One code point, or one malformed sequence (`bad`), of `size` bytes.
struct Piece {
  std::uint32_t character = 0;
  std::size_t size = 1;
  bool bad = false;
};

Piece piece_at(const std::uint8_t* bytes, std::size_t size) noexcept {
  const std::uint8_t first = bytes[0];
  if (first < 0x80) return {first};
  const unsigned more = first < 0xc2 || first > 0xf4 ? 0u : first < 0xe0 ? 1u : first < 0xf0 ? 2u : 3u;
  if (more == 0) return {.bad = true};
  // The range of the second byte: no overlong forms, no surrogates, nothing above U+10FFFF.
  std::uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  std::uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  std::uint32_t character = first & (0x3fu >> more);
  for (std::size_t i = 1; i <= more; ++i) {
    if (i >= size || bytes[i] < low || bytes[i] > high) return {.size = i, .bad = true};
    character = character << 6 | (bytes[i] & 0x3fu);
    low = 0x80;
    high = 0xbf;
  }
  return {.character = character, .size = more + 1};
}

// Our own code is not preempted by force. So a long text is processed in pieces, and the slice may end between them. No
// object with a destructor may be alive there.
constexpr std::size_t bytes_between_polls = std::size_t{32} << 10;

class Pieces {
 public:
  Pieces(JSContext* ctx, std::size_t size) noexcept : slicer_(host_of(ctx).slicer()), size_(size) {}
  /// The end of the next piece that begins at `at`, which may lie in the middle of a character.
  std::size_t after(std::size_t at) noexcept {
    if (at > 0 && Fiber::current()) slicer_.poll();
    return std::min(size_, at + bytes_between_polls);
  }

 private:
  Slicer& slicer_;
  const std::size_t size_;
};

bool is_ascii(JSContext* ctx, const std::uint8_t* bytes, std::size_t size) noexcept {
  Pieces pieces(ctx, size);
  for (std::size_t at = 0; at < size;) {
    const std::size_t end = pieces.after(at);
    if (!std::all_of(bytes + at, bytes + end, [](std::uint8_t byte) { return byte < 0x80; })) return false;
    at = end;
  }
  return true;
}

}  // namespace

JSValue encode_utf8(JSContext* ctx, JSValueConst text) noexcept {
  std::size_t size = 0;
  const char* data = JS_ToCStringLen(ctx, &size, text);
  if (!data) return JS_EXCEPTION;
  JSValue bytes = JS_NewUint8ArrayCopy(ctx, reinterpret_cast<const std::uint8_t*>(data), size);
  JS_FreeCString(ctx, data);
  return bytes;
}

JSValue decode_utf8(JSContext* ctx, const std::uint8_t* bytes, std::size_t size, bool fatal) noexcept {
  if (is_ascii(ctx, bytes, size)) {
    return JS_NewStringLen(ctx, reinterpret_cast<const char*>(bytes), size);
  }
  // Two passes: the first one counts the code units.
  std::size_t units = 0;
  Pieces counted(ctx, size);
  for (std::size_t at = 0; at < size;) {
    for (const std::size_t end = counted.after(at); at < end;) {
      const Piece piece = piece_at(bytes + at, size - at);
      if (piece.bad && fatal) return JS_UNDEFINED;
      units += piece.character > 0xffff ? 2 : 1;
      at += piece.size;
    }
  }
  auto* text = static_cast<std::uint16_t*>(js_malloc(ctx, units * sizeof(std::uint16_t)));
  if (!text) return JS_EXCEPTION;
  std::uint16_t* out = text;
  Pieces decoded(ctx, size);
  for (std::size_t at = 0; at < size;) {
    for (const std::size_t end = decoded.after(at); at < end;) {
      const Piece piece = piece_at(bytes + at, size - at);
      at += piece.size;
      if (piece.bad) {
        *out++ = 0xfffd;
      } else if (piece.character > 0xffff) {
        *out++ = static_cast<std::uint16_t>(0xd7c0 + (piece.character >> 10));
        *out++ = static_cast<std::uint16_t>(0xdc00 | (piece.character & 0x3ff));
      } else {
        *out++ = static_cast<std::uint16_t>(piece.character);
      }
    }
  }
  JSValue value = JS_NewStringUTF16(ctx, text, units);
  js_free(ctx, text);
  return value;
}

}  // namespace entmoot::js
