// SPDX-License-Identifier: MIT

#pragma once

// What systemd tells a service by environment variables, and what the service tells systemd:
//
//   LISTEN_FDS      a socket that listens already (sd_listen_fds(3)): a restart of the service refuses no connection
//   NOTIFY_SOCKET   where READY=1, STOPPING=1 and WATCHDOG=1 go, each a datagram (sd_notify(3))
//   WATCHDOG_USEC   how often WATCHDOG=1 is expected (sd_watchdog_enabled(3))
//
// Without systemd there are no such variables, and nothing happens. Constant after its construction; notify() is for
// any thread.

#include <entmoot/base/clock.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace entmoot_app {

class ServiceManager {
 public:
  /// Reads the variables and removes them, so that other programs that this one starts do not take them for theirs.
  [[nodiscard]] static ServiceManager of_environment();

  /// What cannot be used of the variables; empty: nothing.
  [[nodiscard]] const std::string& error() const noexcept { return error_; }
  /// The descriptor of the listening socket.
  [[nodiscard]] std::optional<int> listener() const noexcept { return listener_; }
  /// Nothing: WATCHDOG=1 is not expected.
  [[nodiscard]] std::optional<entmoot::Duration> watchdog() const noexcept { return watchdog_; }
  /// Sends `state` ("READY=1"), if there is somebody to send it to; does not wait.
  void notify(std::string_view state) const noexcept;

 private:
  std::string error_;
  std::optional<int> listener_;
  std::optional<entmoot::Duration> watchdog_;
  std::string socket_;  // the path; a leading '@' stands for Linux's abstract addresses
};

}  // namespace entmoot_app
