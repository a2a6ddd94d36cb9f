// SPDX-License-Identifier: MIT

#pragma once

// A server's main thread waits here for the signals that stop or reload it (POSIX sigwait(3)).
//
//   const Signals signals{SIGTERM, SIGINT};
//   …                         // start the server
//   (void)signals.wait();
//   signals.unblock();        // a second signal ends the process at once
//   …                         // stop the server
//
// The constructor blocks the signals in the calling thread; threads inherit the mask when they start. Construct it
// before any other thread, otherwise that thread may receive the signal and end the process.

#include <entmoot/base/clock.hpp>

#include <csignal>
#include <initializer_list>
#include <optional>

namespace entmoot {

class Signals {
 public:
  Signals(std::initializer_list<int> signals);

  /// Blocks until one of the signals is pending and returns its number.
  [[nodiscard]] int wait() const;
  /// As wait(), for at most `longest`; nullopt if none has come.
  [[nodiscard]] std::optional<int> wait_for(Duration longest) const;
  /// Unblocks the signals in the calling thread: from now on they have their default effect.
  void unblock() const;

 private:
  sigset_t signals_{};
};

}  // namespace entmoot
