// SPDX-License-Identifier: MIT

#pragma once

// A client of the plainest kind: a socket, bytes out, bytes in. It can break every rule, which no library's client
// will.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace entmoot {

/// A frame as a server sends it.
struct ServerFrame {
  unsigned opcode = 0;
  std::string payload;
  bool compressed = false;  ///< RSV1.
  bool well_formed = true;  ///< FIN, no reserved bit, not masked, shortest length.

  [[nodiscard]] unsigned close_code() const {
    return payload.size() < 2 ? 0u
                              : static_cast<unsigned>(static_cast<unsigned char>(payload[0]) << 8 |
                                                      static_cast<unsigned char>(payload[1]));
  }
};

class RawClient {
 public:
  /// Connects to 127.0.0.1. `receive_buffer` 0 leaves the system's.
  explicit RawClient(std::uint16_t port, int receive_buffer = 0);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// False when the server is gone.
  bool send(std::string_view bytes);
  void shutdown_write();
  /// Ends the connection with a reset.
  void reset();

  /// Reads what is left, and returns whether the server has reset the connection instead of closing it.
  bool was_reset();

  /// Everything up to the end of a response's body (or head, for HEAD, 101, 204, 304). Empty if the connection ended.
  std::string response(bool without_body = false);
  /// The rest of the stream, until the server closes it.
  std::string rest();
  /// The next frame, or nothing when the connection ended first.
  std::optional<ServerFrame> frame();
  /// Sends a handshake to `path` with `early` behind it; returns the head of the answer.
  std::string upgrade(std::string_view path, std::string_view early = {}, std::string_view more_headers = {});

  /// For tests that step the server on their own thread: what has come so far.
  std::string_view available();

 private:
  bool fill(bool wait = true);

  int fd_ = -1;
  std::string buffer_;
};

[[nodiscard]] int status_of(std::string_view response);

}  // namespace entmoot
