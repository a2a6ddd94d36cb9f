// SPDX-License-Identifier: MIT

#pragma once

// How much a client may do in a time: a token bucket with two marks. It holds `burst` tokens and fills by `per_second`;
// what is done takes some out. While there are some, all is well. When they are used up the client is told so, once for
// each thing that is not done for it; and who goes on regardless until `debt` tokens are owed is a flood.
//
// One thread at a time. Two words of memory.

#include <entmoot/base/clock.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace entmoot {

struct Rate {
  double per_second = 0;
  double burst = 0;
  double debt = 0;
};

/// From good to bad.
enum class Pace : std::uint8_t {
  fine,
  over,   ///< Not to be done, but to be answered.
  flood,  ///< Not worth an answer any more.
};

class TokenBucket {
 public:
  TokenBucket(const Rate& rate, TimePoint now) noexcept : tokens_(rate.burst), filled_(now) {}

  /// `rate` is always the same one; the bucket does not keep it.
  [[nodiscard]] Pace take(double tokens, const Rate& rate, TimePoint now) noexcept {
    const double seconds = std::chrono::duration<double>(now - filled_).count();
    filled_ = now;
    tokens_ = std::min(rate.burst, tokens_ + seconds * rate.per_second) - tokens;
    if (tokens_ >= 0) return Pace::fine;
    return tokens_ >= -rate.debt ? Pace::over : Pace::flood;
  }

 private:
  double tokens_;
  TimePoint filled_;
};

}  // namespace entmoot
