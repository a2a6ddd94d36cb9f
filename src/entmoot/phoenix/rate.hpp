// SPDX-License-Identifier: MIT

#pragma once

// A rate limit: a token bucket with two thresholds. It holds `burst` tokens and is refilled by `per_second`; each
// action takes tokens. While tokens remain, actions are allowed. When they are used up, each action is refused with an
// error to the client; a client that goes on until it owes `debt` tokens is treated as a flood.
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

/// In increasing order of severity.
enum class Pace : std::uint8_t {
  fine,
  over,   ///< Refuse the action and answer with an error.
  flood,  ///< Close the connection.
};

class TokenBucket {
 public:
  TokenBucket(const Rate& rate, TimePoint now) noexcept : tokens_(rate.burst), filled_(now) {}

  /// `rate` is the same at every call; the bucket does not store it.
  [[nodiscard]] Pace take(double tokens, const Rate& rate, TimePoint now) noexcept {
    fill(rate, now);
    tokens_ -= tokens;
    if (tokens_ >= 0) return Pace::fine;
    return tokens_ >= -rate.debt ? Pace::over : Pace::flood;
  }
  /// Takes the tokens only if they are there: a refused attempt costs nothing, so that one who goes on trying gets
  /// `per_second`, however many attempts they make.
  [[nodiscard]] bool try_take(double tokens, const Rate& rate, TimePoint now) noexcept {
    fill(rate, now);
    if (tokens_ < tokens) return false;
    tokens_ -= tokens;
    return true;
  }

 private:
  void fill(const Rate& rate, TimePoint now) noexcept {
    const double seconds = std::chrono::duration<double>(now - filled_).count();
    filled_ = now;
    tokens_ = std::min(rate.burst, tokens_ + seconds * rate.per_second);
  }

  double tokens_;
  TimePoint filled_;
};

}  // namespace entmoot
