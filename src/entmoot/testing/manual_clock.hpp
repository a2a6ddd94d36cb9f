// SPDX-License-Identifier: MIT

#pragma once

// A clock that stands still until a test moves it. With a step, each look at it moves it on by that much: then "time"
// passes by the number of polls, and a preemption test is exact on any machine.

#include <entmoot/base/clock.hpp>

namespace entmoot {

class ManualClock final : public Clock {
 public:
  explicit ManualClock(Duration step = Duration::zero()) : step_(step) {}
  [[nodiscard]] TimePoint now() const noexcept override { return now_ += step_; }
  void advance(Duration by) noexcept { now_ += by; }

 private:
  Duration step_;
  mutable TimePoint now_{};
};

/// The time of day, standing still: 2024-01-01 00:00 UTC until a test moves it.
class ManualWallClock final : public WallClock {
 public:
  [[nodiscard]] WallTime now() const noexcept override { return now_; }
  void advance(std::chrono::milliseconds by) noexcept { now_ += by; }
  void set(WallTime now) noexcept { now_ = now; }

 private:
  WallTime now_{std::chrono::seconds(1704067200)};
};

}  // namespace entmoot
