// SPDX-License-Identifier: MIT

#pragma once

// WebSocket framing (RFC 6455 §5 and §7), server side, without I/O: a decoder from client bytes to messages, and the
// header of a frame to send, kept beside the shared payload.
//
// Strict. Errors: a client frame that is unmasked, has a reserved bit or opcode or a length not in its shortest form; a
// control frame that is too long or fragmented; a continuation without a message. Each is reported at the first byte
// that shows it, and nothing after it is processed. Text is validated as it arrives, also within a frame. Limits are
// checked when a header is complete, before any of its payload is kept.
//
// Memory. Input is unmasked in place, and a message contained in one piece of input is returned as a view of it. A
// message spread over several pieces is copied once; a decoder between two messages holds no buffer.
//
// Compressed messages (RSV1, RFC 7692) are legal only if permessage-deflate was negotiated. They are collected as they
// arrive, up to a little more than the limit, and inflated when complete (web/deflate.hpp); the inflated size is
// bounded by the same limit (1009). An invalid deflate stream, like invalid UTF-8, is 1007: the content does not match
// its type.
//
// One thread at a time.

#include <entmoot/base/bytes.hpp>
#include <entmoot/base/utf8.hpp>
#include <entmoot/phoenix/transport.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace entmoot {

struct WebSocketLimits {
  /// Of one message, all fragments together. A chat message is a few hundred bytes; more is refused with 1009.
  std::size_t message_bytes_max = 64 * KiB;
  /// A longer message of up to this many bytes is passed over, and its beginning reported, so that its sender gets an
  /// error and keeps the connection: a client that tries again with the same message would otherwise connect again and
  /// again. 0: none, as in Phoenix.
  std::size_t passed_over_bytes_max = 0;
  /// Empty fragments are legal but cost work without content; more in one message are refused with 1008.
  unsigned empty_fragments_max = 64;
};

/// One event of the client's stream, in order of arrival.
struct WebSocketEvent {
  enum class Kind : std::uint8_t {
    text,
    binary,
    ping,
    pong,
    close,
    error,
    oversize_text,  ///< A message over the limit was passed over; `payload` is its beginning.
    oversize_binary,
  };

  Kind kind = Kind::text;
  /// The message, the payload of a ping or pong, or the reason of a close or an error. Valid until the decoder is
  /// called again or the input changes.
  std::string_view payload = {};
  /// Close: the client's code, 0 if it gave none. Error: the code to close with.
  std::uint16_t code = 0;
};

class WebSocketDecoder {
 public:
  /// `inflates`: permessage-deflate was negotiated.
  explicit WebSocketDecoder(WebSocketLimits limits = {}, bool inflates = false) noexcept
      : limits_(limits), inflates_(inflates) {}

  /// Consumes from the front of `input` (which it unmasks in place) up to the end of the next event. Returns nothing
  /// when all input is consumed. After a close or an error all further input is discarded.
  [[nodiscard]] std::optional<WebSocketEvent> decode(std::span<char>& input);

  /// The number of frames of any kind that have begun since the last call.
  [[nodiscard]] std::size_t take_frame_count() noexcept { return std::exchange(frames_, 0); }

  /// Bytes buffered for incomplete messages.
  [[nodiscard]] std::size_t buffered_bytes() const noexcept {
    return message_.capacity() + inflated_.capacity() + control_.capacity();
  }

 private:
  using Event = WebSocketEvent;
  enum class State : std::uint8_t { header, payload, over };

  std::optional<Event> take_header(std::span<char>& input);
  std::optional<Event> check_start(unsigned char first);
  std::optional<Event> check_length();
  std::optional<Event> take_payload(std::span<char>& input);
  Event finish_message(std::string_view message);
  Event finish_oversize();
  Event inflate_and_finish(std::string_view compressed);
  Event finish_control(std::string_view payload) noexcept;
  Event fail(CloseCode code, std::string_view reason) noexcept;
  [[nodiscard]] Event oversize(std::string_view head) noexcept;
  [[nodiscard]] bool is_control() const noexcept { return (opcode_ & 0x8) != 0; }

  const WebSocketLimits limits_;
  const bool inflates_;
  State state_ = State::header;
  bool handed_out_ = false;  // the returned event is released at the next call

  // The frame being read.
  std::array<unsigned char, 14> header_{};
  std::uint8_t header_have_ = 0;
  std::uint8_t header_need_ = 2;
  std::uint8_t opcode_ = 0;
  bool final_ = false;
  std::array<unsigned char, 4> mask_{};
  std::uint64_t payload_bytes_ = 0;
  std::uint64_t payload_left_ = 0;

  std::size_t frames_ = 0;

  // The message being collected; control frames may come between its fragments.
  std::uint8_t message_opcode_ = 0;  // 0: none begun
  bool compressed_ = false;
  bool oversize_ = false;            // only its beginning is kept
  std::uint64_t message_bytes_ = 0;  // announced so far, over all fragments
  unsigned empty_fragments_ = 0;
  Utf8Validator utf8_;
  std::string message_;
  std::string inflated_;
  std::string control_;
};

/// The header of an unfragmented, unmasked frame, kept beside the payload so that the payload can be shared.
class WebSocketHeader {
 public:
  enum class Opcode : std::uint8_t { text = 0x1, binary = 0x2, close = 0x8, ping = 0x9, pong = 0xa };

  WebSocketHeader(Opcode opcode, std::size_t length, bool compressed = false) noexcept;
  [[nodiscard]] std::string_view view() const noexcept { return {bytes_.data(), size_}; }

 private:
  std::array<char, 10> bytes_{};
  std::uint8_t size_ = 2;
};

/// Payload of a close frame; empty for code 0. `reason` is truncated to 123 bytes, between code points.
[[nodiscard]] SharedBytes close_payload(std::uint16_t code, std::string_view reason);

/// Whether a peer may send this code in a close frame (RFC 6455 §7.4 and the IANA registry).
[[nodiscard]] constexpr bool is_close_code(std::uint16_t code) noexcept {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

}  // namespace entmoot
