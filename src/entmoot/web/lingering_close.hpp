// SPDX-License-Identifier: MIT

#pragma once

// The end of a TCP connection whose last bytes should arrive. Closing a socket with unread input makes the kernel send
// a reset, and a reset can overtake the goodbye (RFC 9112 §9.6). So: say that nothing more will come, throw away what
// the client still says, and close when it has closed, or soon.

#include <entmoot/web/connections.hpp>
#include <entmoot/web/deadline.hpp>
#include <entmoot/web/stream.hpp>

#include <cstddef>

namespace entmoot {

class LingeringClose final : public Connection, private StreamOwner {
 public:
  /// Takes `stream` over and adds itself to `connections`.
  static void start(Connections& connections, Stream stream);
  LingeringClose(Connections& connections, Stream stream);
  void drain() override {}  // it is leaving already

 private:
  void on_readable() override;
  void on_writable() override {}
  void finish();

  Connections& connections_;
  Stream stream_;
  Deadline deadline_;
  std::size_t bytes_left_ = 256 * KiB;  // of patience
};

}  // namespace entmoot
