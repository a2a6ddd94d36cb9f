// SPDX-License-Identifier: MIT

#pragma once

// Readiness of file descriptors: epoll(7), edge-triggered. A descriptor is registered once; after that no system call
// is made for it but those that read and write. Asio arms a descriptor anew for each wait, which is a quarter of a
// message's system calls.
//
// An edge is reported once. A Pollable stores it until a read or a write finds that the descriptor is not ready any
// more (web/stream.cpp).
//
// Owned by its shard and used on its thread, except for wake(). An exception of a Pollable passes report_next(); the
// shard logs it and goes on with the next edge.

#include <entmoot/base/clock.hpp>

#include <array>
#include <cstddef>
#include <optional>

#include <sys/epoll.h>

namespace entmoot {

/// Receives the edges of one descriptor.
class Pollable {
 public:
  struct Edges {
    bool readable = false;  ///< Something has arrived, or the peer has ended.
    bool writable = false;
    bool ended = false;  ///< The peer sends no more, or the connection is broken.
  };
  virtual void on_edges(Edges edges) = 0;

 protected:
  ~Pollable() = default;
};

class Poller {
 public:
  /// Throws std::system_error if the process has no descriptor left.
  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// Throws std::system_error if the kernel refuses. What was ready before is reported too. `pollable` lives until
  /// remove().
  void add(int fd, Pollable& pollable);
  /// Before the descriptor is closed. No edge is reported afterwards.
  void remove(int fd, Pollable& pollable) noexcept;

  /// Fetches some edges, waiting up to `wait` (std::nullopt: until one comes) if there are none yet. Returns whether
  /// there may be more.
  bool fetch(std::optional<Duration> wait) noexcept;
  /// Whether there are edges to report.
  [[nodiscard]] bool has_fetched() const noexcept { return next_ < count_; }
  /// Reports the next edge that was fetched. False: there is none.
  bool report_next();

  /// Ends a fetch() that waits, or the next one. Any thread.
  void wake() noexcept;
  /// Readable while edges are waiting to be fetched.
  [[nodiscard]] int native() const noexcept { return epoll_; }

 private:
  int epoll_ = -1;
  int wake_ = -1;  // eventfd(2)
  std::array<epoll_event, 64> fetched_{};
  std::size_t count_ = 0;
  std::size_t next_ = 0;
};

}  // namespace entmoot
