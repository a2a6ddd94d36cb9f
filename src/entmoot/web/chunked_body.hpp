// SPDX-License-Identifier: MIT

#pragma once

// The decoder of a chunked request body (RFC 9112 section 7.1), without I/O. Strict, for the reason of
// web/http_parser.hpp: a size is hexadecimal digits and nothing else, lines end in CRLF, an extension is
// `;name` or `;name=value` without white space, a trailer is a header line. Extensions and trailers are discarded: a
// trailer that counted could change how the request is framed or routed after it was judged.
//
// Refused with 413: a chunk that would make the body exceed its limit, when its size is complete, before its bytes.
// With 400: everything else, including more framing than `framing_bytes_max`.

#include <entmoot/base/bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace entmoot {

class ChunkedBody {
 public:
  enum class Progress : std::uint8_t { more, done, malformed, too_large };

  /// Of one line: a size with its extensions, or a trailer.
  static constexpr std::size_t line_bytes_max = 1 * KiB;
  /// Of all extensions and trailers of a body together.
  static constexpr std::size_t framing_bytes_max = 16 * KiB;

  explicit ChunkedBody(std::size_t body_bytes_max) noexcept : body_bytes_max_(body_bytes_max) {}

  /// Consumes from the front of `input` up to the end of the body, and appends the content to `body`.
  [[nodiscard]] Progress feed(std::string_view& input, std::string& body);

 private:
  enum class State : std::uint8_t { size_line, data, data_cr, data_lf, trailer_line };

  /// Appends to line_ until the line is complete, without its CRLF. `more`: it is not; `malformed`.
  Progress take_line(std::string_view& input);
  Progress take_size(std::size_t body_bytes);
  Progress take_trailer();

  const std::size_t body_bytes_max_;
  State state_ = State::size_line;
  std::string line_;
  bool after_cr_ = false;
  std::size_t chunk_left_ = 0;
  std::size_t framing_bytes_ = 0;
};

}  // namespace entmoot
