// SPDX-License-Identifier: MIT

#pragma once

// The WebSocket extension permessage-deflate (RFC 7692): what is agreed on in the handshake, and what that means for
// the messages to this client. No I/O.
//
// Neither side keeps a window from one message to the next (no_context_takeover, both ways, always; §7.1.1 lets the
// server decide). So a connection at rest holds no memory for it, every message stands for itself, and the compressed
// form of a broadcast is the same bytes for all: it is made once in the process and shared (SharedBytes::derived).
//
// Off unless a mount asks for it (WebSocketOptions::compress): SECURITY.md says why.

#include <entmoot/base/bytes.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace entmoot {

class PerMessageDeflate {
 public:
  /// Below this a message is not worth the work: what it would save is less than the headers around it.
  static constexpr std::size_t plain_below_bytes = 256;
  /// And above this it would hold up the other clients of its thread for longer than a few milliseconds.
  static constexpr std::size_t plain_above_bytes = 256 * KiB;

  /// The first of the client's offers (the value of Sec-WebSocket-Extensions) that can be accepted. An offer with an
  /// unknown parameter, one that comes twice, or a value out of its range is passed over, and so is one whose
  /// server_max_window_bits is 8, for which zlib has no raw stream. A list that breaks the grammar of RFC 6455 §9.1
  /// offers nothing.
  [[nodiscard]] static std::optional<PerMessageDeflate> accept(std::string_view offers);

  /// The server's Sec-WebSocket-Extensions. The client's window is not limited: it is one for each thread here.
  [[nodiscard]] std::string answer() const;

  /// What goes into a frame with RSV1 instead of `plain`; nothing if `plain` is to be sent as it is.
  [[nodiscard]] SharedBytes compressed(const SharedBytes& plain) const;

  [[nodiscard]] int window_bits() const noexcept { return window_bits_; }

 private:
  int window_bits_ = 15;       // of what we send
  bool window_asked_ = false;  // then the answer has to say it
};

}  // namespace entmoot
