// SPDX-License-Identifier: MIT

#include <entmoot/web/deflate.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/base/utf8.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <vector>

#include <zlib.h>

namespace entmoot {

namespace {

constexpr std::string_view tail("\x00\x00\xff\xff", 4);  // of the empty stored block that ends each message
constexpr int raw = -1;                                  // zlib's convention for "no header, no checksum"

Bytef* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // zlib reads only
}

class InflateStream {
 public:
  InflateStream() {
    if (inflateInit2(&stream_, raw * MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  ~InflateStream() { inflateEnd(&stream_); }
  InflateStream(const InflateStream&) = delete;
  InflateStream& operator=(const InflateStream&) = delete;

  [[nodiscard]] std::span<char> chunk() noexcept { return chunk_; }

  /// Inflates a whole message. `room()` returns the space for the next bytes, never empty; `take(bytes)` receives them,
  /// and stops by returning anything but `done`.
  template <class Room, class Take>
  Inflated run(std::string_view message, Room&& room, Take&& take) {
    inflateReset(&stream_);
    bool in_tail = false;
    feed(message);
    for (;;) {
      const std::span<char> out = room();
      stream_.next_out = reinterpret_cast<Bytef*>(out.data());
      stream_.avail_out = static_cast<uInt>(out.size());
      const int result = inflate(&stream_, Z_SYNC_FLUSH);
      if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) return Inflated::broken;
      if (const auto taken = take(std::string_view(out.data(), out.size() - stream_.avail_out));
          taken != Inflated::done) {
        return taken;
      }
      if (result == Z_STREAM_END) {
        // A final block. Input after it, other than the tail added here, is another stream.
        if (in_tail || stream_.avail_in == 0) return Inflated::done;
        inflateReset(&stream_);
        continue;
      }
      if (stream_.avail_in == 0 && between_blocks()) return Inflated::done;
      if (stream_.avail_in > 0 || stream_.avail_out == 0) continue;  // more output
      if (in_tail) return Inflated::broken;                          // truncated
      in_tail = true;
      feed(tail);
    }
  }

 private:
  void feed(std::string_view bytes) noexcept {
    stream_.next_in = bytes_of(bytes);
    stream_.avail_in = static_cast<uInt>(bytes.size());
  }
  /// zlib sets this bit after the end of a block, until it is called again.
  [[nodiscard]] bool between_blocks() const noexcept { return (stream_.data_type & 128) != 0; }

  z_stream stream_{};
  std::array<char, 16 * KiB> chunk_;
};

class DeflateStream {
 public:
  explicit DeflateStream(int window_bits) {
    // The fastest level: it delays the thread's other clients least, and higher levels gain little on short JSON.
    if (deflateInit2(&stream_, Z_BEST_SPEED, Z_DEFLATED, raw * window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~DeflateStream() { deflateEnd(&stream_); }
  DeflateStream(const DeflateStream&) = delete;
  DeflateStream& operator=(const DeflateStream&) = delete;

  /// Returns the bytes written to `out`; a full `out` was too small.
  std::size_t run(std::string_view plain, std::span<char> out) noexcept {
    deflateReset(&stream_);
    stream_.next_in = bytes_of(plain);
    stream_.avail_in = static_cast<uInt>(plain.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    deflate(&stream_, Z_SYNC_FLUSH);
    return out.size() - stream_.avail_out;
  }

 private:
  z_stream stream_{};
};

template <class T>
T& get_or_make(std::unique_ptr<T>& place, auto... arguments) {
  if (!place) place = std::make_unique<T>(arguments...);
  return *place;
}

}  // namespace

Inflated inflate_message(std::string_view compressed, const InflateRules& rules, std::string& out) {
  static thread_local std::unique_ptr<InflateStream> workspace;
  auto& stream = get_or_make(workspace);
  std::size_t size = 0;
  Utf8Validator utf8;
  const auto judged = stream.run(
      compressed,
      [&] {  // a message that fits into one chunk is kept there
        const auto chunk = stream.chunk();
        return size < chunk.size() ? chunk.subspan(size) : chunk;
      },
      [&](std::string_view piece) {
        size += piece.size();
        if (size > rules.bytes_max) return Inflated::too_big;
        return rules.text && !utf8.feed(piece) ? Inflated::not_utf8 : Inflated::done;
      });
  if (judged != Inflated::done) return judged;
  if (rules.text && !utf8.at_boundary()) return Inflated::not_utf8;
  if (size < stream.chunk().size()) {
    out.assign(stream.chunk().data(), size);
    return Inflated::done;
  }
  std::string whole(size + 1, '\0');  // one spare byte, because a full output buffer would cause another round
  std::size_t at = 0;
  const auto again = stream.run(
      compressed, [&] { return std::span(whole).subspan(at); },
      [&](std::string_view piece) {
        at += piece.size();
        return Inflated::done;
      });
  ENTMOOT_CHECK(again == Inflated::done && at == size, "inflating the same message twice gives the same size");
  whole.resize(size);
  out = std::move(whole);
  return Inflated::done;
}

void inflate_head(std::string_view compressed, std::size_t bytes_max, std::string& out) {
  std::string head;
  InflateStream stream;
  // An error, or that the stream is truncated, ends the head.
  (void)stream.run(
      compressed, [&] { return stream.chunk(); },
      [&](std::string_view piece) {
        head += piece.substr(0, bytes_max - head.size());
        return head.size() < bytes_max ? Inflated::done : Inflated::too_big;
      });
  out = std::move(head);
}

SharedBytes deflate_message(std::string_view plain, int window_bits) {
  ENTMOOT_CHECK(window_bits >= 9 && window_bits <= MAX_WBITS, "zlib supports windows of 9 to 15 bits");
  static thread_local std::array<std::unique_ptr<DeflateStream>, MAX_WBITS + 1> workspaces;
  static thread_local std::vector<char> scratch;
  auto& stream = get_or_make(workspaces[static_cast<std::size_t>(window_bits)], window_bits);
  if (scratch.size() < plain.size() + tail.size()) scratch.resize(plain.size() + tail.size());
  const auto out = std::span(scratch).first(plain.size() + tail.size());
  const auto written = stream.run(plain, out);
  if (written == out.size()) return {};
  return SharedBytes(std::string_view(scratch.data(), written - tail.size()));
}

SharedBytes gzip_file(std::string_view plain) {
  constexpr int with_gzip_header = MAX_WBITS + 16;
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, with_gzip_header, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  std::string out(deflateBound(&stream, static_cast<uLong>(plain.size())), '\0');
  stream.next_in = bytes_of(plain);
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  ENTMOOT_CHECK(result == Z_STREAM_END, "deflateBound() bytes are enough");
  return SharedBytes(std::string_view(out));
}

}  // namespace entmoot
