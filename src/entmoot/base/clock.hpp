// SPDX-License-Identifier: MIT

#pragma once

// The seam of time. Whoever waits, measures or expires asks a Clock it was given, so that a test can hand in one that
// stands still (testing/manual_clock.hpp). A Clock is monotonic: it never goes back and says nothing about the time of
// day. Only what is compared with a date that others wrote down (when a token ends) asks a WallClock, which may jump.

#include <chrono>

namespace entmoot {

/// UTC, in milliseconds since 1970.
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

class WallClock {
 public:
  virtual ~WallClock() = default;
  [[nodiscard]] virtual WallTime now() const noexcept = 0;
};

/// CLOCK_REALTIME. Any thread.
class SystemClock final : public WallClock {
 public:
  [[nodiscard]] WallTime now() const noexcept override {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
  /// There is only one time of day, so whoever has no reason for another clock asks this one.
  [[nodiscard]] static const SystemClock& shared() noexcept {
    static const SystemClock clock;
    return clock;
  }
};

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual TimePoint now() const noexcept = 0;
  /// The time of day that goes with this clock: a clock that stands still brings its own.
  [[nodiscard]] virtual const WallClock& wall() const noexcept { return SystemClock::shared(); }
};

/// CLOCK_MONOTONIC. Any thread.
class SteadyClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const noexcept override { return std::chrono::steady_clock::now(); }
};

}  // namespace entmoot
