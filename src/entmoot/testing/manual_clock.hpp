// SPDX-License-Identifier: MIT

#pragma once

// A clock that stands still until a test advances it. With a step, each now() advances it by that much: then time
// passes by the number of polls, and a preemption test is deterministic on any machine. Its wall clock advances with
// it, and can also be set separately, as an operator sets a machine's.

#include <entmoot/base/clock.hpp>

namespace entmoot {

/// The wall clock; stands at 2024-01-01 00:00 UTC until a test advances it.
class ManualWallClock final : public WallClock {
 public:
  [[nodiscard]] WallTime now() const noexcept override { return std::chrono::floor<std::chrono::milliseconds>(now_); }
  void advance(Duration by) noexcept { now_ += by; }
  void set(WallTime now) noexcept { now_ = now; }

 private:
  std::chrono::time_point<std::chrono::system_clock, Duration> now_{std::chrono::seconds(1'704'067'200)};
};

class ManualClock final : public Clock {
 public:
  explicit ManualClock(Duration step = Duration::zero()) : step_(step) {}
  /// Without a step it only reads, so shards on threads may share a clock that nobody advances meanwhile.
  [[nodiscard]] TimePoint now() const noexcept override {
    if (step_ != Duration::zero()) now_ += step_;
    return now_;
  }
  [[nodiscard]] const ManualWallClock& wall() const noexcept override { return wall_; }
  [[nodiscard]] ManualWallClock& wall() noexcept { return wall_; }
  void advance(Duration by) noexcept {
    now_ += by;
    wall_.advance(by);
  }

 private:
  Duration step_;
  mutable TimePoint now_{};
  ManualWallClock wall_;
};

}  // namespace entmoot
