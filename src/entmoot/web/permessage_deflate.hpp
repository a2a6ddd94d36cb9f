// SPDX-License-Identifier: MIT

#pragma once

// The WebSocket extension permessage-deflate (RFC 7692): the negotiation in the handshake, and the compression of
// messages to the client under its result. No I/O.
//
// Neither side keeps a window between messages (no_context_takeover, always both ways; §7.1.1 lets the server decide).
// So an idle connection holds no memory for it, messages are independent, and the compressed form of a broadcast is the
// same bytes for all clients: it is made once per process and shared (SharedBytes::derived).
//
// Off unless a mount enables it (WebSocketOptions::compress); SECURITY.md gives the reasons.

#include <entmoot/base/bytes.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace entmoot {

class PerMessageDeflate {
 public:
  /// Smaller messages are not compressed: they would save less than the headers around them take.
  static constexpr std::size_t plain_below_bytes = 256;
  /// Larger messages are not compressed: they would delay the thread's other clients by more than a few milliseconds.
  static constexpr std::size_t plain_above_bytes = 256 * KiB;

  /// Accepts the first acceptable offer in the value of Sec-WebSocket-Extensions. Not acceptable: an unknown or
  /// repeated parameter, a value out of its range, and server_max_window_bits=8, for which zlib has no raw stream. A
  /// list that violates the grammar of RFC 6455 §9.1 offers nothing.
  [[nodiscard]] static std::optional<PerMessageDeflate> accept(std::string_view offers);

  /// The server's Sec-WebSocket-Extensions. The client's window is not limited, as the workspace is one per thread.
  [[nodiscard]] std::string answer() const;

  /// The payload to send with RSV1 instead of `plain`; empty if `plain` is to be sent uncompressed.
  [[nodiscard]] SharedBytes compressed(const SharedBytes& plain) const;

  [[nodiscard]] int window_bits() const noexcept { return window_bits_; }

 private:
  int window_bits_ = 15;           // of sent messages
  bool window_requested_ = false;  // then the response has to state it
};

}  // namespace entmoot
