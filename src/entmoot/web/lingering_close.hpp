// SPDX-License-Identifier: MIT

#pragma once

// Closes a TCP connection so that its last bytes arrive. Closing a socket with unread input makes the kernel send a
// reset, and a reset can overtake the last response (RFC 9112 §9.6). So the write side is shut down, further input is
// discarded, and the socket is closed when the client has acknowledged everything and has closed its side or had 2 s
// for it, or after 256 KiB of input. A client that acknowledges nothing for 10 s is reset, so that what it does not
// read holds no memory of the kernel.

#include <entmoot/web/connections.hpp>
#include <entmoot/web/deadline.hpp>
#include <entmoot/web/stream.hpp>

#include <cstddef>

namespace entmoot {

class LingeringClose final : public Connection, private StreamOwner {
 public:
  /// Takes ownership of `stream` and adds itself to `connections`.
  static void start(Connections& connections, Stream stream);
  LingeringClose(Connections& connections, Stream stream);
  void drain() override {}  // already ending

 private:
  void on_readable() override;
  void on_writable() override {}
  void watch();
  void finish();

  Connections& connections_;
  Stream stream_;
  Deadline deadline_;
  std::size_t bytes_left_ = 256 * KiB;  // of input that is discarded
  std::size_t unacknowledged_ = 0;      // at the last look
  int stalled_ = 0;                     // looks since it became less
};

}  // namespace entmoot
