// SPDX-License-Identifier: MIT

#include <entmoot/otp/restart.hpp>

#include <doctest/doctest.h>

#include <initializer_list>
#include <vector>

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

TimePoint at(Duration since_start) { return TimePoint{} + since_start; }

/// How a window with Elixir's defaults judges restarts at these times.
std::vector<bool> judged(std::initializer_list<Duration> times, RestartIntensity intensity = {}) {
  RestartWindow window;
  std::vector<bool> allowed;
  for (const Duration time : times) allowed.push_back(window.add(at(time), intensity));
  return allowed;
}

constexpr Decision at_once{};
Decision quarantined(Duration delay) { return {.delay = delay, .quarantined = true}; }

}  // namespace

TEST_CASE("every row of the restart table") {
  struct Row {
    Restart restart;
    ExitReason reason;
    Verdict expected;
  };
  const std::vector<Row> table{
      {Restart::permanent, ExitReason::normal(), Verdict::restart},
      {Restart::permanent, ExitReason::shutdown(), Verdict::restart},
      {Restart::permanent, ExitReason::killed(), Verdict::restart},
      {Restart::permanent, ExitReason::crash("x"), Verdict::restart},
      {Restart::transient, ExitReason::normal(), Verdict::forget},
      {Restart::transient, ExitReason::shutdown(), Verdict::forget},
      {Restart::transient, ExitReason::killed(), Verdict::restart},
      {Restart::transient, ExitReason::crash("x"), Verdict::restart},
      {Restart::temporary, ExitReason::normal(), Verdict::forget},
      {Restart::temporary, ExitReason::shutdown(), Verdict::forget},
      {Restart::temporary, ExitReason::killed(), Verdict::forget},
      {Restart::temporary, ExitReason::crash("x"), Verdict::forget},
  };
  for (const Row& row : table) {
    CAPTURE(to_string(row.restart));
    CAPTURE(to_string(row.reason.kind));
    CHECK(verdict(row.restart, row.reason) == row.expected);
  }
}

TEST_CASE("three restarts in five seconds are allowed and the fourth is not") {
  CHECK(judged({0s, 0s, 0s, 0s}) == std::vector{true, true, true, false});
  CHECK(judged({0s, 1s, 2s, 3s}) == std::vector{true, true, true, false});
}

TEST_CASE("the boundary of the period is inside: a restart exactly five seconds ago still counts") {
  CHECK(judged({0s, 0s, 0s, 5s}) == std::vector{true, true, true, false});
  CHECK(judged({0s, 0s, 0s, 6s}) == std::vector{true, true, true, true});
}

TEST_CASE("restarts are counted in whole seconds") {
  CHECK(judged({0ms, 0ms, 0ms, 5'999ms}) == std::vector{true, true, true, false});
  CHECK(judged({999ms, 999ms, 999ms, 6'000ms}) == std::vector{true, true, true, true});
}

TEST_CASE("only the restarts in the window count, however many there were") {
  CHECK(judged({0s, 2s, 4s, 6s, 8s, 10s, 12s}) == std::vector(7, true));
  CHECK(judged({0s, 0s, 4s, 6s, 7s, 8s}) == std::vector{true, true, true, true, true, false});
}

TEST_CASE("an intensity of zero allows no restart") {
  CHECK(judged({0s, 100s}, {.max_restarts = 0}) == std::vector{false, false});
}

TEST_CASE("a child's restarts inside the budget are immediate, and beyond it the back-off doubles from 1 s to 60 s") {
  RestartHistory history;
  const RestartIntensity intensity;
  TimePoint now = at(100s);
  for (int i = 0; i < 3; ++i) {
    history.started(now);
    CHECK(history.failed(now, 0.0, intensity) == at_once);
  }
  for (const auto delay : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s, 60s}) {
    history.started(now);
    CHECK(history.failed(now, 0.0, intensity) == quarantined(delay));
    now += delay;
  }
  CHECK(history.failures() == 12);
}

TEST_CASE("jitter shortens a back-off by up to a fifth and never lengthens it") {
  const RestartIntensity none{.max_restarts = 0};
  CHECK(RestartHistory().failed(at(0s), 0.0, none) == quarantined(1s));
  CHECK(RestartHistory().failed(at(0s), 0.5, none) == quarantined(900ms));
  const Decision shortest = RestartHistory().failed(at(0s), 0.999'999, none);
  CHECK(shortest.delay >= 800ms);
  CHECK(shortest.delay < 801ms);
}

TEST_CASE("a start that fails counts like a crash") {
  RestartHistory history;
  const RestartIntensity intensity;
  history.started(at(0s));
  for (int i = 0; i < 3; ++i) CHECK(history.failed(at(0s), 0.0, intensity) == at_once);
  CHECK(history.failed(at(0s), 0.0, intensity) == quarantined(1s));
  CHECK(history.failed(at(1s), 0.0, intensity) == quarantined(2s));
}

TEST_CASE("a start that fails after a long back-off doubles it: only time up resets the history") {
  RestartHistory history;
  const RestartIntensity none{.max_restarts = 0};
  TimePoint now = at(0s);
  for (const auto delay : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
    CHECK(history.failed(now, 0.0, none) == quarantined(delay));
    now += delay;
  }
}

TEST_CASE("a child that was up for longer than the period and its last back-off has a new history") {
  const RestartIntensity intensity{.max_restarts = 1};
  const auto after = [&](Duration up) {
    RestartHistory history;
    history.started(at(0s));
    CHECK(history.failed(at(0s), 0.0, intensity) == at_once);
    TimePoint now = at(0s);
    for (const auto delay : {1s, 2s, 4s, 8s}) {
      CHECK(history.failed(now, 0.0, intensity) == quarantined(delay));
      now += delay;
    }
    history.started(now);
    return history.failed(now + up, 0.0, intensity);
  };
  CHECK(after(0s) == quarantined(16s));
  CHECK(after(5s + 1ns) == quarantined(16s));  // longer than the period, but not than the back-off
  CHECK(after(8s) == quarantined(16s));
  CHECK(after(8s + 1ns) == at_once);
}

TEST_CASE("after a short back-off, only the period counts for a new history") {
  const RestartIntensity none{.max_restarts = 0};
  const auto after = [&](Duration up) {
    RestartHistory history;
    CHECK(history.failed(at(0s), 0.0, none) == quarantined(1s));
    history.started(at(1s));
    return history.failed(at(1s) + up, 0.0, none);
  };
  CHECK(after(5s) == quarantined(2s));
  CHECK(after(5s + 1ns) == quarantined(1s));  // a new history, with an intensity of zero
}
