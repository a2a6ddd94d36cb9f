// SPDX-License-Identifier: MIT

#include <entmoot/base/time_histogram.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <numeric>

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

/// The bucket into which a duration is counted.
std::size_t bucket_of(Duration took) {
  TimeHistogram histogram;
  histogram.add(took);
  for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
    if (histogram.counts()[i] == 1) return i;
  }
  return histogram.counts().size();
}

}  // namespace

TEST_CASE("a duration is counted in the first bucket whose bound it does not exceed") {
  CHECK(bucket_of(-1s) == 0);
  CHECK(bucket_of(0ns) == 0);
  for (std::size_t i = 0; i < TimeHistogram::bounded; ++i) {
    CAPTURE(i);
    CHECK(bucket_of(TimeHistogram::bound(i)) == i);
    CHECK(bucket_of(TimeHistogram::bound(i) + 1ns) == i + 1);
  }
  CHECK(bucket_of(24h) == TimeHistogram::bounded);
}

TEST_CASE("histograms add up, with their sums") {
  TimeHistogram all;
  for (int i = 0; i < 10; ++i) {
    TimeHistogram one;
    one.add(3us);
    one.add(5ms * i);
    all += one;
  }
  CHECK(all.count() == 20);
  CHECK(all.sum() == 10 * 3us + 45 * 5ms);
}
