// SPDX-License-Identifier: MIT

#pragma once

// What is done about a child that has ended: OTP's tables as pure functions of (event, now, random), so that they can
// be read beside the manual and tested row by row. Nothing here knows an actor, a shard or a timer.
//
// From the supervisor manual ("Restart Intensity", "child specification"), in our words:
//   permanent   always restarted
//   transient   restarted only if it ended abnormally: for a reason other than normal and shutdown
//   temporary   never restarted
//   intensity   more than max_restarts restarts within max_seconds are too many. Counted in whole seconds of a
//               monotonic clock; a restart counts while now <= then + max_seconds (the boundary is inside); a start
//               that fails during a restart is tried again and counts as well.
//
// Two deliberate deviations, in the DynamicSupervisor (a static Supervisor keeps OTP's rule):
//
// (1) Intensity is counted per child, not per supervisor. In OTP the children of a supervisor share one budget and one
//     fate: with the defaults, the fourth crash in five seconds anywhere ends every child, and four such ends take the
//     supervisor's parent along. That is right for a few children that need each other and wrong for ten thousand
//     rooms of strangers, where one room's broken script would end the others. So a child that spends its budget is
//     put into quarantine, alone: its next start waits for a back-off that doubles from 1 s to 60 s, with jitter, and
//     meanwhile whoever asks for it is refused at once, with the time to come back.
// (2) Children of different shards start at the same time, and a start never waits (otp/child_spec.hpp). In OTP one
//     supervisor process runs every child's init, one after the other.
//
// A child that behaved starts afresh: one that crashes after it was up for longer than the budget's period and longer
// than the back-off it last waited has its budget back and its back-off at the beginning.

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
  forget,  ///< The child is gone, and what was known of it.
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

/// OTP's add_restart: which restarts still count.
class RestartWindow {
 public:
  /// Counts a restart at `now`. Whether the intensity allows it.
  [[nodiscard]] bool add(TimePoint now, const RestartIntensity& intensity);
  void clear() noexcept { seconds_.clear(); }

 private:
  std::vector<std::int64_t> seconds_;  // at most max_restarts + 1
};

/// How long a child waits that has spent its budget.
struct Backoff {
  Duration first = std::chrono::seconds(1);
  Duration longest = std::chrono::seconds(60);
  /// A wait is shortened by up to this part of it, so that rooms that fell together do not come back together.
  double jitter = 0.2;
};

/// When to start the child again.
struct Decision {
  Duration delay{};          ///< Zero: at once.
  bool quarantined = false;  ///< The budget is spent; the delay is a back-off.

  friend bool operator==(const Decision&, const Decision&) = default;
};

/// One child's record. Events come in the order started, failed, (started or failed)…
class RestartHistory {
 public:
  explicit RestartHistory(Backoff backoff = {}) noexcept : backoff_(backoff) {}

  /// The child is up.
  void started(TimePoint now) noexcept;
  /// It ended and is to be restarted, or its restart failed. `random` is from [0, 1).
  [[nodiscard]] Decision failed(TimePoint now, double random, const RestartIntensity& intensity);

  /// Failures in all.
  [[nodiscard]] std::size_t failures() const noexcept { return failures_; }

 private:
  [[nodiscard]] bool behaved(TimePoint now, const RestartIntensity& intensity) const noexcept;

  Backoff backoff_;
  RestartWindow window_;
  TimePoint up_since_{};
  bool up_ = false;
  Duration wait_{};        // the current back-off without jitter; zero: the budget is not spent
  Duration last_delay_{};  // the back-off as it was waited
  std::size_t failures_ = 0;
};

}  // namespace entmoot
