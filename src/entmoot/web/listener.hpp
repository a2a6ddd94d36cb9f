// SPDX-License-Identifier: MIT

#pragma once

// The listening socket, on one shard; accepted connections go round robin to all of them.
//
// One listener rather than one per shard with SO_REUSEPORT: connections are spread evenly instead of by hash, limits
// are counted in one place, a port in use is an error even if the other server is one of ours, and no connection that
// the kernel has accepted is lost on shutdown.
//
// A connection over a limit gets 503 and is closed. When the process runs out of descriptors, accepting pauses instead
// of spinning; new connections wait in the kernel's queue.

#include <entmoot/base/result.hpp>
#include <entmoot/web/admission.hpp>
#include <entmoot/web/connections.hpp>
#include <entmoot/web/deadline.hpp>
#include <entmoot/web/stream.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace entmoot {

struct ListenerOptions {
  std::string address = "127.0.0.1";  ///< An IPv4 or IPv6 address of this machine, not a name.
  std::uint16_t port = 4000;          ///< 0: any free port.
  /// A socket that listens already, handed over by systemd (sd_listen_fds(3)); -1: none. Instead of address and port.
  int inherited = -1;
  AdmissionLimits admission = {};
};

/// A listening socket from which nothing is accepted yet.
struct ListeningSocket {
  Fd fd;
  std::uint16_t port = 0;

  /// Any thread. The error names the failed step and the cause.
  [[nodiscard]] static Result<ListeningSocket> open(const ListenerOptions& options);
};

class Listener final : private StreamOwner {
 public:
  using Accepted = std::function<void(Fd, Admission, Peer)>;

  /// Starts accepting, on the thread of the shard of `connections`, whose counters count what it does.
  Listener(Connections& connections, ListeningSocket socket, AdmissionLimits limits, Accepted accepted);

 private:
  void on_readable() override;
  void on_writable() override {}

  Connections& connections_;
  Shard& shard_;
  Stream stream_;
  const std::shared_ptr<Admissions> admissions_;
  const Accepted accepted_;
  Deadline pause_;
  bool pausing_ = false;  // and the pause has been logged
};

}  // namespace entmoot
