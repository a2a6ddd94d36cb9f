// SPDX-License-Identifier: MIT

#pragma once

// The seam of time. Whoever waits, measures or expires asks a Clock it was given, so that a test can hand in one that
// stands still (testing/manual_clock.hpp). Monotonic: it never goes back and says nothing about the time of day.

#include <chrono>

namespace entmoot {

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual TimePoint now() const noexcept = 0;
};

/// CLOCK_MONOTONIC. Any thread.
class SteadyClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const noexcept override { return std::chrono::steady_clock::now(); }
};

}  // namespace entmoot
