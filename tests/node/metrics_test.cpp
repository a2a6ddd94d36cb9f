// SPDX-License-Identifier: MIT

#include <entmoot/node/node_metrics.hpp>

#include <entmoot/node/node.hpp>
#include <entmoot/node/prometheus_text.hpp>
#include <entmoot/testing/channel_test.hpp>
#include <entmoot/testing/manual_clock.hpp>

#include "hosted_app.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

constexpr auto script = R"(
  export const join = (params) => { if (params.no) throw new Error("no"); };
  export function handleIn(event, payload) {
    if (event === "all") room.broadcast("news", {});
    if (event === "throw") throw new Error("thrown");
    if (event === "spin") for (;;);
    if (event === "late") setTimeout(() => { throw new Error("late") }, 1);
    return {};
  })";

NodeMetrics measured(Node& node) {
  std::optional<NodeMetrics> all;
  node.measure([&](NodeMetrics metrics) { all = std::move(metrics); });
  node.settle();
  REQUIRE(all.has_value());
  return *all;
}

std::uint64_t with_code(const ErrorCounts& counts, ErrorCode code) { return counts[static_cast<std::size_t>(code)]; }

}  // namespace

TEST_CASE("what clients, channels and rooms do is counted on every shard and added up") {
  const ManualClock clock{10us};
  Node node({.shards = 3, .clock = clock, .rooms = RoomHostOptions{.app = app_of(script)}});
  std::vector<std::unique_ptr<TestClient>> clients;
  for (std::size_t i = 0; i < 6; ++i) {
    clients.push_back(std::make_unique<TestClient>(node.shards()[i % 3], node.rooms().sockets()));
    clients[i]->sends(i == 5 ? R"(["1","1","room:a","phx_join",{"no":true}])" : R"(["1","1","room:a","phx_join",{}])");
  }
  node.settle();
  clients[0]->sends(R"(["1","2","room:a","all",{}])");
  clients[1]->sends(R"(["1","2","room:a","throw",{}])");
  clients[2]->sends(R"([null,"2","nowhere","x",{}])");
  node.settle();

  const NodeMetrics all = measured(node);
  CHECK(all.shard_cpu.size() == 3);
  CHECK(all.sockets.messages_in == 9);
  CHECK(all.sockets.messages_out == 6 + 3 + 5);  // replies to joins and messages, and the broadcast
  CHECK(all.sockets.unmatched == 1);
  CHECK(all.deliveries.broadcasts == 1);
  CHECK(all.deliveries.deliveries == 5);
  CHECK(all.deliveries.time.count() == 3);  // on each shard
  CHECK(all.rooms.running == 1);
  REQUIRE(all.rooms.routes.contains("room:*"));
  const RouteCounters& route = all.rooms.routes.at("room:*");
  CHECK(route.joins == 5);
  CHECK(with_code(route.refusals, ErrorCode::script) == 1);
  CHECK(with_code(route.errors, ErrorCode::script) == 1);
  CHECK(route.join_time.count() == 6);
  CHECK(route.starts == 1);
  CHECK(route.clients == 5);
  CHECK(route.turns.actors == 1);
  CHECK(route.turns.heap_bytes > 10'000);
  CHECK(route.turns.failed == 2);
  CHECK(route.turns.queue.count() >= 8);
  CHECK(route.turns.cpu.count() >= route.turns.queue.count());
}

TEST_CASE("a crash is counted with its reason, and gauges return to what is there") {
  ManualClock clock{10us};
  Node node({.shards = 2, .clock = clock, .rooms = RoomHostOptions{.app = app_of(script)}});
  TestClient client(node.shards()[0], node.rooms().sockets());
  client.sends(R"(["1","1","room:a","phx_join",{}])");
  node.settle();
  client.sends(R"(["1","2","room:a","late",{}])");
  node.settle();
  clock.advance(1s);
  node.settle();
  CHECK(measured(node).rooms.routes.at("room:*").turns.uncaught == 1);
  node.rooms().rooms().kill("room:a", ReplyTo());
  node.settle();
  const NodeMetrics all = measured(node);
  const RouteCounters& route = all.rooms.routes.at("room:*");
  CHECK(route.clients == 0);
  CHECK(route.turns.actors == 0);
  CHECK(route.turns.heap_bytes == 0);
  CHECK(all.rooms.running == 0);
}

TEST_CASE("the text of Prometheus escapes labels and helps, and histograms accumulate") {
  PrometheusText out;
  out.family("a_total", "counter", "one\\two\nthree");
  out.sample(3, {{"route", "say \"hi\"\\\n"}});
  TimeHistogram times;
  times.add(3us);
  times.add(1h);
  out.family("b_seconds", "histogram", "times");
  out.sample(times);
  const std::string& text = out.text();
  CHECK(text.find("# HELP a_total one\\\\two\\nthree\n# TYPE a_total counter\n") == 0);
  CHECK(text.find("a_total{route=\"say \\\"hi\\\"\\\\\\n\"} 3\n") != std::string::npos);
  CHECK(text.find("b_seconds_bucket{le=\"2.048e-06\"} 0\nb_seconds_bucket{le=\"4.096e-06\"} 1\n") != std::string::npos);
  CHECK(text.find("b_seconds_bucket{le=\"+Inf\"} 2\n") != std::string::npos);
  CHECK(text.find("b_seconds_count 2\n") != std::string::npos);
}

TEST_CASE("routes beyond the bound are counted together") {
  RouteCounterTable table;
  for (std::size_t i = 0; i < RouteCounterTable::routes_max + 50; ++i) ++table.of("route:" + std::to_string(i)).joins;
  CHECK(table.all().size() == RouteCounterTable::routes_max + 1);
  CHECK(table.of("route:0").joins == 1);
  CHECK(table.of("one more").joins == 50);
}
