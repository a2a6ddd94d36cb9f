// SPDX-License-Identifier: MIT

#include <entmoot/node/node.hpp>

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

TEST_CASE("a node with rooms is one line; stepped, a client joins and is answered") {
  const ManualClock clock{10us};
  Node node(
      {.shards = 2, .clock = clock, .rooms = RoomHostOptions{.app = app_of("export const join = () => ({ n: 1 })")}});
  TestClient client(node.shards()[0], node.rooms().sockets());
  client.sends(R"(["1","1","room:a","phx_join",{}])");
  node.settle();
  CHECK(client.received() ==
        std::vector<std::string>{R"(["1","1","room:a","phx_reply",{"status":"ok","response":{"n":1}}])"});
}

TEST_CASE("what is registered to end on each shard ends there, the last one first, threaded and stepped") {
  for (const bool threaded : {false, true}) {
    CAPTURE(threaded);
    std::vector<std::string> ended[2];
    Node node({.shards = 2, .endpoint = {.listener = {.port = 0}}});
    for (const std::string name : {"first", "second"}) {
      node.on_stop([&ended, name](Shard& shard) {
        CHECK(shard.is_here());
        ended[shard.index()].push_back(name);
      });
    }
    if (threaded) REQUIRE(node.start().has_value());
    node.stop();
    node.stop();  // no second time
    for (const auto& names : ended) CHECK(names == std::vector<std::string>{"second", "first"});
  }
}

TEST_CASE("map_reduce gathers over all shards and reports on the first") {
  Node node({.shards = 3});
  std::optional<std::string> gathered;
  node.shards().map_reduce([](Shard& shard) { return std::to_string(shard.index()); }, std::string("-"),
                           [](std::string all, const std::string& one) { return all + one; },
                           [&](std::string all) {
                             CHECK(node.shards()[0].is_here());
                             gathered = std::move(all);
                           });
  CHECK_FALSE(gathered.has_value());
  node.settle();
  CHECK(gathered == "-012");
}

TEST_CASE("heaps of nodes that live at the same time lie at different addresses") {
  Node first({.shards = 2});
  Node second({.shards = 2});
  std::vector<const void*> places;
  for (Node* node : {&first, &second}) {
    for (std::size_t i = 0; i < 2; ++i) {
      auto& arena = node->js().on(node->shards()[i]).arena;
      const auto region = arena.take();
      CHECK(std::ranges::count(places, region.base) == 0);
      places.push_back(region.base);
      arena.give_back(region, 0);
    }
  }
}
