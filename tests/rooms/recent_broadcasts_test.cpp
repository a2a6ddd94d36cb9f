// SPDX-License-Identifier: MIT

// What a client of a durable room has missed (rooms/recent_broadcasts.hpp).

#include <entmoot/base/memory_account.hpp>
#include <entmoot/rooms/recent_broadcasts.hpp>
#include <entmoot/rooms/room_routes.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace entmoot;

namespace {

struct Fixture {
  std::shared_ptr<MemoryAccount> account = std::make_shared<MemoryAccount>(std::size_t{16} * MiB);
  RecentBroadcasts recent{"doc:1", account};

  Fixture() { recent.use(RoomRoutes{}); }

  static void say(RecentBroadcasts& to, std::string_view event, std::string_view json,
                  ClientNumber except = no_client) {
    const std::array<js::Value, 3> operands{
        js::Value{.kind = js::Value::Kind::number, .number = static_cast<double>(except)},
        js::Value{.kind = js::Value::Kind::text, .content = event},
        js::Value{.kind = js::Value::Kind::json, .content = json}};
    to.commanded("broadcast", operands);
  }
  void say(std::string_view json, ClientNumber except = no_client) { say(recent, "said", json, except); }
  void kept() {
    recent.turn_ended(true);
    recent.all_sent();
  }
  /// The payloads of what was missed after `offset`.
  [[nodiscard]] std::optional<std::vector<std::string>> missed(std::uint64_t offset, ClientNumber member = no_client,
                                                               const std::vector<std::string>& intercepted = {}) const {
    const auto all = recent.missed({.offset = offset, .member = member}, intercepted);
    if (!all) return std::nullopt;
    std::vector<std::string> payloads;
    for (const auto& each : *all) payloads.emplace_back(each->broadcast().payload.bytes());
    return payloads;
  }
};

using Payloads = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(Fixture, "broadcasts are numbered in the order in which turns make them") {
  say(R"({"n":1})");
  recent.posted("chat", R"({"n":2})");
  kept();
  recent.called("broadcast", R"([{"n":3}])");
  kept();
  CHECK(recent.last() == 3);
  CHECK(missed(0) == Payloads{R"({"n":1})", R"({"n":2})", R"({"n":3})"});
  CHECK(missed(2) == Payloads{R"({"n":3})"});
  CHECK(missed(3) == Payloads{});
  const auto all = recent.missed({.offset = 1}, {});
  REQUIRE(all.has_value());
  CHECK(all->front()->broadcast().offset == 2);
  CHECK(all->front()->broadcast().event == "new_message");
}

TEST_CASE_FIXTURE(Fixture, "a turn that is not kept has broadcast nothing") {
  say(R"({"n":1})");
  recent.turn_ended(false);
  say(R"({"n":2})");
  kept();
  CHECK(missed(0) == Payloads{R"({"n":2})"});
}

TEST_CASE_FIXTURE(Fixture, "what has not left is not missed yet") {
  say(R"({"n":1})");
  kept();
  say(R"({"n":2})");
  recent.turn_ended(true);
  CHECK(missed(0) == Payloads{R"({"n":1})"});
  CHECK(missed(2) == std::nullopt);  // nobody can have it
  ++recent.sent().last;
  CHECK(missed(1) == Payloads{R"({"n":2})"});
}

TEST_CASE_FIXTURE(Fixture, "a client has not missed what excluded it") {
  say(R"({"n":1})", 7);
  say(R"({"n":2})");
  kept();
  CHECK(missed(0, 7) == Payloads{R"({"n":2})"});
  CHECK(missed(0, 8) == Payloads{R"({"n":1})", R"({"n":2})"});
}

TEST_CASE_FIXTURE(Fixture, "an event that goes through handleOut cannot be sent again") {
  say(R"({"n":1})");
  kept();
  CHECK(missed(0, no_client, {"said"}) == std::nullopt);
  CHECK(missed(1, no_client, {"said"}) == Payloads{});
}

TEST_CASE_FIXTURE(Fixture, "the oldest are forgotten, by number and by bytes") {
  for (std::size_t i = 0; i < RecentBroadcasts::count_max + 5; ++i) say("{}");
  kept();
  CHECK(missed(4) == std::nullopt);
  REQUIRE(missed(5).has_value());
  CHECK(missed(5)->size() == RecentBroadcasts::count_max);

  const std::string large = R"({"text":")" + std::string(RecentBroadcasts::bytes_max / 3, 'x') + "\"}";
  const std::uint64_t before = recent.last();
  for (int i = 0; i < 4; ++i) say(large);
  kept();
  CHECK(missed(before) == std::nullopt);
  CHECK(missed(before + 2).has_value());
  CHECK(account->used() <= RecentBroadcasts::bytes_max);

  say(R"({"text":")" + std::string(2 * RecentBroadcasts::bytes_max, 'x') + "\"}");
  kept();
  CHECK(account->used() == 0);
  CHECK(missed(recent.last()) == Payloads{});
  CHECK(missed(recent.last() - 1) == std::nullopt);
}

TEST_CASE_FIXTURE(Fixture, "the state goes on where it was") {
  say(R"({"n":1})", 7);
  recent.posted("chat", R"({"n":2})");
  kept();
  const std::string state = recent.state();
  RecentBroadcasts next("doc:1", account);
  next.use(RoomRoutes{});
  next.resume(state);
  next.all_sent();
  CHECK(next.last() == 2);
  CHECK(next.state() == state);
  Fixture::say(next, "said", R"({"n":3})");
  next.turn_ended(true);
  CHECK(next.last() == 3);

  next.resume(RecentBroadcasts::state_after(41));
  CHECK(next.last() == 41);
  CHECK(!next.has_any());
  next.resume("damaged");
  CHECK(next.last() == 0);
  next.resume(std::string_view(state).substr(0, state.size() - 3));  // the rest is as if it were forgotten
  CHECK(next.last() <= 2);
}

TEST_CASE_FIXTURE(Fixture, "the broadcasts of a reload's actor follow those before it") {
  say(R"({"n":1})");
  kept();
  RecentBroadcasts next("doc:1", account);
  next.resume(RecentBroadcasts::state_after(recent.last()));
  next.all_sent();
  Fixture::say(next, "said", R"({"n":2})");
  next.turn_ended(true);
  next.all_sent();
  next.follow(std::move(recent));
  CHECK(next.last() == 2);
  const auto all = next.missed({.offset = 0}, {});
  REQUIRE(all.has_value());
  REQUIRE(all->size() == 2);
  CHECK(all->at(1)->broadcast().payload.bytes() == R"({"n":2})");
  CHECK(all->at(1)->broadcast().offset == 2);
}
