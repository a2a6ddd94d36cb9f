// SPDX-License-Identifier: MIT

#pragma once

// The rate limit of the log lines of one subject, a room or a shard: a token bucket of `lines_max` lines that is
// refilled within ten seconds. Suppressed lines are counted, and the count is reported when the bucket has a line
// again. Clients can make a room log (each of their pushes may be rejected), so the limit also bounds the clients.
//
// A value; used on one shard.

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

  /// Whether a line may be written. If not, the line is counted as suppressed, as are all lines before the count is
  /// reported.
  [[nodiscard]] bool take(TimePoint now) noexcept {
    if (suppressed_ == 0 && has_one(now)) return true;
    ++suppressed_;
    return false;
  }
  /// Takes the number of suppressed lines, and one line of the allowance to report it; zero if there is none to report
  /// or no line for it.
  [[nodiscard]] std::size_t take_suppressed(TimePoint now) noexcept {
    return suppressed_ > 0 && has_one(now) ? std::exchange(suppressed_, 0) : 0;
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
  std::size_t suppressed_ = 0;
};

}  // namespace entmoot
