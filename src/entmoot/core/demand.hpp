// SPDX-License-Identifier: MIT

#pragma once

// How much of its thread a runnable asks for: the length of its bursts of work in relation to the pauses between them.
// The time that it waits for the thread does not count, neither as work nor as pause. So the figure is what the
// runnable would use on an idle thread, and an overloaded thread does not change it: a room that works for 1 ms, pauses
// for 1 ms and gets one slice in 100 ms asks for half of a core; a room that answers a message every 10 ms in 20 µs
// asks for 0.2 percent, however late its answers are.
//
// A burst counts from its first slice on, at its longest; that maximum halves every second. So a runnable cannot hide
// long bursts behind short ones.
//
// A value; used on its runnable's shard.

#include <entmoot/base/clock.hpp>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdint>

namespace entmoot {

class Demand {
 public:
  /// Level 0 asks for less than 2^-15 of the thread, level `levels - 1` for more than a half.
  static constexpr unsigned levels = 16;
  /// From this level on a runnable counts as busy: it asks for more than a 32nd of the thread.
  static constexpr unsigned busy_level = 11;

  /// A burst begins: the runnable was asleep until `now`.
  void woke(TimePoint now) noexcept {
    if (asleep_since_ == TimePoint{}) return;  // new: its first pause is assumed
    const Duration pause = std::clamp<Duration>(now - asleep_since_, Duration::zero(), pause_max);
    pause_ += (pause - pause_) / 4;
    longest_ = std::chrono::duration_cast<Duration>(longest_ / (1 + std::chrono::duration<double>(pause).count()));
  }
  /// A slice of the burst has used `time`.
  void ran(Duration time) noexcept { burst_ += time; }
  /// The burst is over.
  void slept(TimePoint now) noexcept {
    // Not the first burst, the start of a room: it happens once.
    if (asleep_since_ != TimePoint{}) longest_ = std::max(longest_, burst_);
    burst_ = Duration::zero();
    asleep_since_ = now;
  }

  /// The longest burst that is to be expected.
  [[nodiscard]] Duration burst() const noexcept { return std::max(longest_, burst_); }

  [[nodiscard]] unsigned level() const noexcept {
    const auto burst = static_cast<std::uint64_t>(this->burst().count());
    if (burst == 0) return 0;
    const std::uint64_t times = (burst + static_cast<std::uint64_t>(pause_.count())) / burst;
    return levels - std::min(levels, static_cast<unsigned>(std::bit_width(times)));
  }

 private:
  static constexpr Duration pause_max = std::chrono::seconds(10);

  // Of a new runnable: it counts as busy until it has paused. Otherwise many that start at the same time would come
  // before a quiet one.
  Duration pause_ = std::chrono::milliseconds(1);  // moving average
  Duration longest_ = std::chrono::microseconds(50);
  Duration burst_{};
  TimePoint asleep_since_{};
};

}  // namespace entmoot
