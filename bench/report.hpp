// SPDX-License-Identifier: MIT

#pragma once

// The benchmarks' output: one line per round, with fields separated by tabs, for bench/table.mjs.
//
//   group, what, subject, unit, figure [, p99]
//
// The figure is the median of the round's samples, or the round's only value. The table shows the median and the range
// of the rounds. The first subject of a `what` is the baseline for the others.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string_view>
#include <vector>

namespace bench {

inline constexpr int rounds = 7;

inline void report(std::string_view group, std::string_view what, std::string_view subject, std::string_view unit,
                   double figure) {
  std::printf("%.*s\t%.*s\t%.*s\t%.*s\t%.6g\n", static_cast<int>(group.size()), group.data(),
              static_cast<int>(what.size()), what.data(), static_cast<int>(subject.size()), subject.data(),
              static_cast<int>(unit.size()), unit.data(), figure);
  std::fflush(stdout);
}

/// The samples of one round.
class Samples {
 public:
  void add(double sample) { all_.push_back(sample); }
  void add(std::chrono::nanoseconds took) { add(static_cast<double>(took.count()) / 1000); }

  [[nodiscard]] double percentile(double percent) {
    if (all_.empty()) return 0;
    const auto last = static_cast<double>(all_.size() - 1);
    const auto at = all_.begin() + static_cast<std::ptrdiff_t>(last * percent / 100);
    std::ranges::nth_element(all_, at);
    return *at;
  }
  void report(std::string_view group, std::string_view what, std::string_view subject, std::string_view unit = "µs") {
    std::printf("%.*s\t%.*s\t%.*s\t%.*s\t%.6g\t%.6g\n", static_cast<int>(group.size()), group.data(),
                static_cast<int>(what.size()), what.data(), static_cast<int>(subject.size()), subject.data(),
                static_cast<int>(unit.size()), unit.data(), percentile(50), percentile(99));
    std::fflush(stdout);
  }

 private:
  std::vector<double> all_;
};

/// The wall-clock time of `work`. Other processes hardly affect the median of short samples.
template <class Work>
std::chrono::nanoseconds time(Work&& work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  return std::chrono::steady_clock::now() - began;
}

}  // namespace bench
