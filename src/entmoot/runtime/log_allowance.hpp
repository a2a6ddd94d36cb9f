// SPDX-License-Identifier: MIT

#pragma once

// How many lines a room may write to the log: `lines_max` at once, and over time so many that this allowance is full
// again within ten seconds. What is left out is counted, and the count is told when there is room for a line again.
// Clients can make a room log (each of their pushes may be refused), so this is a bound on what they can do, too.
//
// A value; belongs to its room's shard.

#include <entmoot/base/clock.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

namespace entmoot {

class LogAllowance {
 public:
  LogAllowance(std::size_t lines_max, TimePoint now) noexcept
      : most_(static_cast<double>(lines_max)), left_(most_), filled_(now) {}

  /// Whether a line may be written. If not, it is counted; and so is what comes before that has been told.
  [[nodiscard]] bool take(TimePoint now) noexcept {
    if (left_out_ == 0 && has_one(now)) return true;
    ++left_out_;
    return false;
  }
  /// How many were left out since this was last told; zero as long as there is no room for a line that tells it.
  [[nodiscard]] std::size_t tell(TimePoint now) noexcept {
    return left_out_ > 0 && has_one(now) ? std::exchange(left_out_, 0) : 0;
  }

 private:
  [[nodiscard]] bool has_one(TimePoint now) noexcept {
    const double seconds = std::chrono::duration<double>(now - std::exchange(filled_, now)).count();
    left_ = std::min(most_, left_ + seconds * most_ / 10);
    if (left_ < 1) return false;
    left_ -= 1;
    return true;
  }

  double most_;
  double left_;
  TimePoint filled_;
  std::size_t left_out_ = 0;
};

}  // namespace entmoot
