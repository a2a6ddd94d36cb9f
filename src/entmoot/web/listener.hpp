// SPDX-License-Identifier: MIT

#pragma once

// The listening socket, on one shard; accepted connections go round robin to all of them.
//
// One listener rather than one per shard with SO_REUSEPORT: connections spread evenly instead of by hash, limits are
// counted in one place, a port that is taken is an error even if the other server is one of ours, and nothing that was
// accepted by the kernel is lost when we stop.
//
// A connection over a limit gets 503 and is closed. When the process has no descriptor left, accepting pauses instead
// of spinning: the kernel's queue holds who comes.

#include <entmoot/base/result.hpp>
#include <entmoot/web/admission.hpp>
#include <entmoot/web/deadline.hpp>
#include <entmoot/web/stream.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace entmoot {

struct ListenerOptions {
  std::string address = "127.0.0.1";  ///< An IPv4 or IPv6 address of this machine; no name.
  std::uint16_t port = 4000;          ///< 0: any free one.
  AdmissionLimits admission = {};
};

/// A socket that listens, before anybody accepts from it.
struct ListeningSocket {
  Fd fd;
  std::uint16_t port = 0;

  /// Any thread. The error says what could not be done, and why.
  [[nodiscard]] static Result<ListeningSocket> open(const ListenerOptions& options);
};

class Listener final : private StreamOwner {
 public:
  using Accepted = std::function<void(Fd, Admission, Peer)>;

  /// On `shard`'s thread; begins to accept.
  Listener(Shard& shard, ListeningSocket socket, AdmissionLimits limits, Accepted accepted);

 private:
  void on_readable() override;
  void on_writable() override {}

  Shard& shard_;
  Stream stream_;
  const std::shared_ptr<Admissions> admissions_;
  const Accepted accepted_;
  Deadline pause_;
  bool pausing_ = false;  // and has said so
};

}  // namespace entmoot
