// SPDX-License-Identifier: MIT

#pragma once

// How often something took how long: counters in fixed buckets, whose upper bounds are the powers of two from 2 µs to
// 17 s (2^11 ns to 2^34 ns). Powers of two, because the bucket of a duration is then its bit width, one instruction;
// and because a server's times spread over seven decimal orders, in which 24 buckets state a quantile within a factor
// of two, whatever the load. All histograms have the same buckets, so they can be added and compared.
//
// One thread adds; others get a copy.

#include <entmoot/base/clock.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace entmoot {

class TimeHistogram {
 public:
  static constexpr unsigned first_power = 11;
  /// With an upper bound; durations beyond the last one are in one bucket more.
  static constexpr std::size_t bounded = 24;

  /// A negative duration counts as zero.
  void add(Duration took) noexcept {
    const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 1)) - 1;
    const auto power = static_cast<std::size_t>(std::bit_width(ns >> first_power));
    ++counts_[std::min(power, bounded)];
    sum_ += took;
  }
  TimeHistogram& operator+=(const TimeHistogram& other) noexcept {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
    sum_ += other.sum_;
    return *this;
  }

  /// The upper bound of a bucket, inclusive.
  [[nodiscard]] static Duration bound(std::size_t bucket) noexcept {
    return Duration(std::int64_t{1} << (first_power + bucket));
  }
  /// In each bucket, the last one without a bound.
  [[nodiscard]] const std::array<std::uint64_t, bounded + 1>& counts() const noexcept { return counts_; }
  [[nodiscard]] Duration sum() const noexcept { return sum_; }
  [[nodiscard]] std::uint64_t count() const noexcept {
    std::uint64_t all = 0;
    for (const std::uint64_t each : counts_) all += each;
    return all;
  }

 private:
  std::array<std::uint64_t, bounded + 1> counts_{};
  Duration sum_{};
};

}  // namespace entmoot
