// SPDX-License-Identifier: MIT

#include "hosted_app.hpp"

#include <entmoot/node/node.hpp>
#include <entmoot/rooms/memory_budget.hpp>
#include <entmoot/testing/channel_test.hpp>
#include <entmoot/testing/manual_clock.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

/// A node whose resident bytes the test states.
struct BudgetedNode {
  explicit BudgetedNode(std::size_t bytes)
      : node({.shards = 1,
              .clock = clock,
              .rooms = RoomHostOptions{
                  .app = app_of("let n = 0; export const join = () => ({n: ++n}); export const handleIn = () => ({});"
                                "export const serialize = () => n; export const restore = (state) => { n = state; };"),
                  .rooms = {.memory = {.bytes = bytes, .resident = [this] { return resident; }}}}}) {}

  void passes(Duration time) {
    node.settle();
    clock.advance(time);
    node.settle();
  }
  std::vector<std::string> rooms() {
    std::vector<std::string> topics;
    node.rooms().rooms().list([&](const std::vector<RoomInfo>& rooms) {
      for (const RoomInfo& room : rooms) topics.push_back(room.topic);
    });
    node.settle();
    return topics;
  }
  std::string join(TestClient& client, const std::string& topic) {
    client.sends(R"(["1","1",")" + topic + R"(","phx_join",{}])");
    node.settle();
    const auto all = client.received();
    return all.empty() ? "" : all.back();
  }

  std::size_t resident = 0;
  ManualClock clock{10us};
  Node node;
};

std::string joined(const std::string& topic, int n) {
  return R"(["1","1",")" + topic + R"(","phx_reply",{"status":"ok","response":{"n":)" + std::to_string(n) + "}}]";
}

}  // namespace

TEST_CASE("near the budget, rooms without clients are put to sleep, those idle longest first, and keep their state") {
  BudgetedNode world(100 * MiB);
  TestClient ann(world.node.shards()[0], world.node.rooms().sockets());
  CHECK(world.join(ann, "room:busy") == joined("room:busy", 1));
  {
    TestClient bob(world.node.shards()[0], world.node.rooms().sockets());
    CHECK(world.join(bob, "room:idle") == joined("room:idle", 1));
  }
  world.passes(1s);
  CHECK(world.rooms() == std::vector<std::string>{"room:busy", "room:idle"});
  world.resident = 91 * MiB;
  world.passes(1s);
  CHECK(world.rooms() == std::vector<std::string>{"room:busy"});
  world.resident = 50 * MiB;
  world.passes(1s);
  TestClient cat(world.node.shards()[0], world.node.rooms().sockets());
  CHECK(world.join(cat, "room:idle") == joined("room:idle", 2));
}

TEST_CASE("when the budget is used up, no further room starts, and running rooms go on") {
  BudgetedNode world(100 * MiB);
  TestClient ann(world.node.shards()[0], world.node.rooms().sockets());
  CHECK(world.join(ann, "room:a") == joined("room:a", 1));
  world.resident = 100 * MiB;
  world.passes(1s);
  TestClient bob(world.node.shards()[0], world.node.rooms().sockets());
  CHECK(
      world.join(bob, "room:b") ==
      R"(["1","1","room:b","phx_reply",{"status":"error","response":{"reason":"the server is short of memory, try again later"}}])");
  CHECK(world.join(bob, "room:a") == joined("room:a", 2));
  world.resident = 10 * MiB;
  world.passes(1s);
  CHECK(world.join(bob, "room:b") == joined("room:b", 1));
}

TEST_CASE("rooms that start between two measurements count with an estimate") {
  std::size_t resident = 0;
  MemoryBudget budget({.bytes = 10 * MemoryBudget::new_room_bytes, .resident = [&] { return resident; }});
  for (int i = 0; i < 10; ++i) CHECK(budget.admit_room().has_value());
  CHECK(budget.is_tight());
  CHECK_FALSE(budget.admit_room().has_value());
  budget.measure();
  CHECK(budget.admit_room().has_value());
}

TEST_CASE("without a setting, the budget is a part of the memory that the process can have") {
  const MemoryBudget budget({});
  CHECK(budget.bytes() > 64 * MiB);
  CHECK_FALSE(budget.is_tight());
}
