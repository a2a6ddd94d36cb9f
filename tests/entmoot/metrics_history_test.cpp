// SPDX-License-Identifier: MIT

#include <entmoot/server/metrics_history.hpp>

#include <doctest/doctest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <chrono>
#include <string_view>

using namespace entmoot;
using namespace entmoot_app;
using namespace std::chrono_literals;

namespace {

/// A history of a node that gets ten messages a second, sampled every five seconds.
class History {
 public:
  void pass(std::size_t samples) {
    for (std::size_t i = 0; i < samples; ++i) {
      now += 5s;
      metrics.sockets.messages_in += 50;
      metrics.web.websockets = 7;
      metrics.shard_cpu = {Duration(cpu += 1s), 0s};
      kept.add(now, WallTime(std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch())), metrics,
               0);
    }
  }
  double newest(std::string_view name) const {
    const Json all = kept.since(0);
    const auto& names = all.at("names").as_array();
    const auto& samples = all.at("samples").as_array();
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i].as_string() == name) return samples.back().as_array().at(i + 1).to_number<double>();
    }
    FAIL("no such column");
    return 0;
  }

  TimePoint now{100s};
  Duration cpu{};
  NodeMetrics metrics;
  MetricsHistory kept;
};

}  // namespace

TEST_CASE("counters become rates, gauges stay as they are") {
  History history;
  history.pass(3);
  CHECK(history.kept.size() == 2);  // the first one has no rate
  CHECK(history.newest("messagesIn") == doctest::Approx(10));
  CHECK(history.newest("connections") == 7);
  CHECK(history.newest("cpu0") == doctest::Approx(0.2));
  CHECK(history.newest("cpu1") == doctest::Approx(0));
}

TEST_CASE("an hour is kept, however long the server runs") {
  History history;
  history.pass(3 * MetricsHistory::samples_max);
  CHECK(history.kept.size() == MetricsHistory::samples_max);
}

TEST_CASE("a page that has some samples gets those after them") {
  History history;
  history.pass(10);
  const auto samples = history.kept.since(0).at("samples").as_array();
  REQUIRE(samples.size() == 9);
  const auto sixth = samples[5].as_array()[0].to_number<std::int64_t>();
  CHECK(history.kept.since(sixth).at("samples").as_array().size() == 3);
}
