// SPDX-License-Identifier: MIT

#pragma once

// The restart policy for a child that has ended: OTP's tables as pure functions of (event, now, random), so that they
// can be compared with the manual and tested row by row. Independent of actors, shards and timers.
//
// A summary of the supervisor manual ("Restart Intensity", "child specification"):
//   permanent   always restarted
//   transient   restarted only if it ended abnormally: for a reason other than normal and shutdown
//   temporary   never restarted
//   intensity   at most max_restarts restarts within max_seconds are allowed. Counted in whole seconds of a monotonic
//               clock; a restart counts while now <= then + max_seconds (inclusive); a start that fails during a
//               restart is retried and counts as well.
//
// Two deliberate deviations, in the DynamicSupervisor (a static Supervisor keeps OTP's rule):
//
// (1) Intensity is counted per child, not per supervisor. In OTP the children of a supervisor share one intensity: with
//     the defaults, the fourth crash in five seconds anywhere ends every child, and four such ends terminate the
//     supervisor's parent. That is right for a few children that depend on each other, and wrong for ten thousand
//     unrelated rooms, where one broken script would end all the others. A child that exceeds its intensity is
//     quarantined alone: its next start waits for a back-off that doubles from 1 s to 60 s, with jitter, and until then
//     requests for it fail at once, with the time to retry.
// (2) Children of different shards start concurrently, and a start never waits (otp/child_spec.hpp). In OTP one
//     supervisor process runs every child's init, one after the other.
//
// A recovered child has a new history: if it crashes after it was up for longer than max_seconds and longer than its
// last back-off, its restart count and its back-off begin again.

#include <entmoot/base/clock.hpp>
#include <entmoot/otp/exit_reason.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace entmoot {

enum class Restart {
  permanent,  ///< Always.
  transient,  ///< After an abnormal end only.
  temporary,  ///< Never.
};

enum class Verdict {
  restart,
  forget,  ///< The child is removed, with its history.
};

/// DynamicSupervisor.maybe_restart_child/5.
[[nodiscard]] constexpr Verdict verdict(Restart restart, const ExitReason& reason) noexcept {
  if (restart == Restart::permanent) return Verdict::restart;
  if (restart == Restart::transient && reason.abnormal()) return Verdict::restart;
  return Verdict::forget;
}

[[nodiscard]] std::string_view to_string(Restart restart) noexcept;

/// Elixir's defaults (OTP's own are 1 in 5 s).
struct RestartIntensity {
  std::size_t max_restarts = 3;
  std::chrono::seconds max_seconds = std::chrono::seconds(5);
};

/// OTP's add_restart: the restarts that still count.
class RestartWindow {
 public:
  /// Counts a restart at `now`. Returns whether the intensity allows it.
  [[nodiscard]] bool add(TimePoint now, const RestartIntensity& intensity);
  void clear() noexcept { seconds_.clear(); }

 private:
  std::vector<std::int64_t> seconds_;  // at most max_restarts + 1
};

/// The delay of a child that has exceeded its restart intensity.
struct Backoff {
  Duration first = std::chrono::seconds(1);
  Duration longest = std::chrono::seconds(60);
  /// A delay is shortened by up to this fraction, so that rooms that crash together do not restart together.
  double jitter = 0.2;
};

/// When to restart the child.
struct Decision {
  Duration delay{};          ///< Zero: immediately.
  bool quarantined = false;  ///< The intensity is exceeded; the delay is a back-off.

  friend bool operator==(const Decision&, const Decision&) = default;
};

/// The restart history of one child. Events come in the order started, failed, (started or failed)…
class RestartHistory {
 public:
  explicit RestartHistory(Backoff backoff = {}) noexcept : backoff_(backoff) {}

  /// The child is up.
  void started(TimePoint now) noexcept;
  /// The child ended and must be restarted, or its restart failed. `random` is in [0, 1).
  [[nodiscard]] Decision failed(TimePoint now, double random, const RestartIntensity& intensity);

  /// The total number of failures.
  [[nodiscard]] std::size_t failures() const noexcept { return failures_; }

 private:
  [[nodiscard]] bool recovered(TimePoint now, const RestartIntensity& intensity) const noexcept;

  Backoff backoff_;
  RestartWindow window_;
  TimePoint up_since_{};
  bool up_ = false;
  Duration wait_{};        // the current back-off without jitter; zero: not quarantined
  Duration last_delay_{};  // the current back-off with jitter
  std::size_t failures_ = 0;
};

}  // namespace entmoot
