// SPDX-License-Identifier: MIT

#include <entmoot/rooms/room_search.hpp>

#include <entmoot/node/node.hpp>
#include <entmoot/testing/channel_test.hpp>
#include <entmoot/testing/manual_clock.hpp>

#include "hosted_app.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

/// Thirty rooms, on all shards. Room `i` has `i % 4 + 1` clients, room 7 has been sent a message.
class House {
 public:
  House() {
    for (int room = 0; room < 30; ++room) {
      for (int n = 0; n <= room % 4; ++n) {
        clients.push_back(std::make_unique<TestClient>(node.shards()[0], node.rooms().sockets()));
        clients.back()->sends("[\"1\",\"1\",\"room:" + name(room) + "\",\"phx_join\",{}]");
      }
    }
    node.settle();
  }
  static std::string name(int room) { return (room < 10 ? "0" : "") + std::to_string(room); }
  RoomPage search(RoomQuery query) {
    std::optional<RoomPage> page;
    node.rooms().rooms().search(std::move(query), [&](RoomPage found) { page = std::move(found); });
    node.settle();
    REQUIRE(page.has_value());
    return *page;
  }
  std::vector<std::string> topics(const RoomQuery& query) {
    std::vector<std::string> all;
    for (const RoomInfo& row : search(query).rows) all.push_back(row.topic);
    return all;
  }

  const ManualClock clock{10us};
  Node node{{.shards = 3, .clock = clock, .rooms = RoomHostOptions{.app = app_of("export const join = () => ({})")}}};
  std::vector<std::unique_ptr<TestClient>> clients;
};

}  // namespace

TEST_CASE("the pages of the list, one after the other, are all rooms in order") {
  House house;
  std::vector<std::string> all;
  for (std::size_t first = 0; first < 30; first += 7) {
    const auto page = house.search({.first = first, .count = 7});
    CHECK(page.matching == 30);
    CHECK(page.total == 30);
    for (const RoomInfo& row : page.rows) all.push_back(row.topic);
  }
  REQUIRE(all.size() == 30);
  for (int room = 0; room < 30; ++room) CHECK(all[static_cast<std::size_t>(room)] == "room:" + House::name(room));
}

TEST_CASE("a column sorts the rooms of all shards; rooms that are equal are in the order of their topics") {
  House house;
  const auto page = house.search({.column = RoomColumn::clients, .descending = true, .first = 0, .count = 10});
  REQUIRE(page.rows.size() == 10);
  for (std::size_t i = 0; i < 7; ++i) {
    CHECK(page.rows[i].clients == 4);
    CHECK(page.rows[i].topic == "room:" + House::name(static_cast<int>(4 * i + 3)));
  }
  CHECK(page.rows[7].topic == "room:02");
  CHECK(house.topics({.column = RoomColumn::topic, .descending = true, .count = 2}) ==
        std::vector<std::string>{"room:29", "room:28"});
}

TEST_CASE("a text selects the rooms whose topic contains it") {
  House house;
  const auto page = house.search({.text = ":1", .count = 3});
  CHECK(page.matching == 10);
  CHECK(page.total == 30);
  REQUIRE(page.rows.size() == 3);
  CHECK(page.rows[0].topic == "room:10");
  CHECK(house.search({.text = "none"}).rows.empty());
}

TEST_CASE("a page does not reach further than its bound") {
  House house;
  CHECK(house.search({.first = 1'000'000'000, .count = 1'000'000'000}).rows.size() == 30);
  CHECK(house.search({.count = 0}).rows.empty());
}

TEST_CASE("a row is what the room itself says") {
  House house;
  for (const RoomInfo& row : house.search({}).rows) {
    std::optional<RoomInfo> own;
    house.node.rooms().rooms().inspect(row.topic, ReplyTo(), [&](RoomShard& rooms, Room& room) {
      own = *rooms.info(room.topic());
      return Result<JsonText>(JsonText());
    });
    house.node.settle();
    REQUIRE(own.has_value());
    CHECK(row.clients == own->clients);
    CHECK(row.state == own->state);
    CHECK(row.usage.heap_bytes == own->usage.heap_bytes);
    CHECK(row.usage.turns == own->usage.turns);
  }
}
