// SPDX-License-Identifier: MIT

#pragma once

// A clock that stands still until a test moves it. With a step, each look at it moves it on by that much: then "time"
// passes by the number of polls, and a preemption test is exact on any machine. Its time of day goes with it, and can
// be set apart, as an operator sets a machine's.

#include <entmoot/base/clock.hpp>

namespace entmoot {

/// The time of day, standing still: 2024-01-01 00:00 UTC until a test moves it.
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
  [[nodiscard]] TimePoint now() const noexcept override { return now_ += step_; }
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
