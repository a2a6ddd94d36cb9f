// SPDX-License-Identifier: MIT

#pragma once

// An HTTP/1.1 request parser (RFC 9112), without I/O: bytes go in, in pieces of any size; requests or one refusal come
// out.
//
// Strict, because requests are smuggled where two parsers disagree about the end of a request. Lines end in CRLF. 400
// for: a CR or LF elsewhere, folded lines, white space before a colon, names that are not tokens, control characters in
// values, a Host that is missing, repeated or malformed. A body is framed by one Content-Length of plain digits, or by
// one `Transfer-Encoding: chunked` (web/chunked_body.hpp), or does not exist; any other coding is answered 501, and a
// Transfer-Encoding beside a Content-Length or in HTTP/1.0 400. After a refusal the connection serves nothing more and
// is closed.
//
// This does not wrap a library's parser: a check that finds lines, names and lengths strictly enough is itself a
// parser, and a second one behind it could only disagree with the first.
//
// The head is buffered up to its limit, the body up to its own; a parser between two requests holds no buffer.

#include <entmoot/base/bytes.hpp>
#include <entmoot/web/chunked_body.hpp>
#include <entmoot/web/http_request.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace entmoot {

struct HttpLimits {
  std::size_t request_line_bytes_max = 8 * KiB;  ///< 414. What browsers and proxies commonly support.
  std::size_t header_line_bytes_max = 8 * KiB;   ///< 431
  std::size_t headers_max = 64;                  ///< 431
  std::size_t head_bytes_max = 32 * KiB;         ///< 431
  std::size_t body_bytes_max = 64 * KiB;         ///< 413. As for a WebSocket message.
};

/// Why a request is refused.
struct HttpRefusal {
  int status = 400;
  std::string_view reason;  ///< Text for the client; lives as long as the program.
};

class HttpParser {
 public:
  enum class Progress : std::uint8_t { more, request, refused };

  /// The body limit for a request whose head is complete; replaces `body_bytes_max`.
  using BodyLimit = std::function<std::size_t(const HttpRequest&)>;

  explicit HttpParser(HttpLimits limits = {}, BodyLimit body_limit = {}) noexcept
      : limits_(limits), body_limit_(std::move(body_limit)) {}

  /// Consumes from the front of `input` to the end of the next request. After `request` the caller calls take() before
  /// it feeds more; after `refused` the parser is of no further use.
  [[nodiscard]] Progress feed(std::string_view& input);
  [[nodiscard]] HttpRequest take();
  [[nodiscard]] const HttpRefusal& refusal() const noexcept { return refusal_; }
  /// Whether no byte of the next request has been consumed.
  [[nodiscard]] bool is_idle() const noexcept { return state_ == State::request_line && head_bytes_ == 0; }
  /// Whether the head is complete and its body is not.
  [[nodiscard]] bool in_body() const noexcept { return state_ == State::body; }
  /// Whether the client waits for "100 Continue" before it sends the body (RFC 9110 section 10.1.1); true once.
  [[nodiscard]] bool take_expects_continue() noexcept;

 private:
  enum class State : std::uint8_t { request_line, header_line, body, done, refused };

  /// Appends to line_ until the line is complete. Returns whether it is.
  bool take_line(std::string_view& input);
  void take_request_line();
  void take_header_line();
  void finish_head();
  void check_host();
  void check_body_framing();
  void check_expectation();
  [[nodiscard]] bool takes_body() const noexcept;
  [[nodiscard]] std::size_t body_bytes_max() const;
  void split_target(std::string_view target);
  void refuse(int status, std::string_view reason) noexcept;

  const HttpLimits limits_;
  const BodyLimit body_limit_;
  State state_ = State::request_line;
  std::string line_;
  std::size_t head_bytes_ = 0;
  bool after_cr_ = false;
  bool skipped_empty_line_ = false;
  std::string authority_;  // of a target in absolute form
  std::size_t body_bytes_ = 0;
  std::optional<ChunkedBody> chunks_;  // of the body, if it is chunked
  bool expects_continue_ = false;
  HttpRequest request_;
  HttpRefusal refusal_;
};

}  // namespace entmoot
