// SPDX-License-Identifier: MIT

#pragma once

// Clocks as an interface. Code that waits, measures or expires uses the Clock that it was given, so that a test can
// pass a manual one (testing/manual_clock.hpp). A Clock is monotonic: it never goes back, and its origin is
// unspecified. A WallClock gives the time of day and may jump; only comparisons with dates from outside (a token's
// expiry) use it.

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
  /// The default WallClock.
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
  /// The WallClock that belongs to this clock; a manual clock has its own.
  [[nodiscard]] virtual const WallClock& wall() const noexcept { return SystemClock::shared(); }
};

/// CLOCK_MONOTONIC. Any thread.
class SteadyClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const noexcept override { return std::chrono::steady_clock::now(); }
};

}  // namespace entmoot
