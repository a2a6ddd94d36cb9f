// SPDX-License-Identifier: MIT

#include "live_chat.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace entmoot;
using namespace chat_room;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t clients = 50, rooms = 5;

std::vector<std::unique_ptr<LiveVisitor>> crowd(LiveChat& chat) {
  std::vector<std::unique_ptr<LiveVisitor>> visitors;
  for (std::size_t i = 0; i < clients; ++i) {
    visitors.push_back(std::make_unique<LiveVisitor>(chat, fmt::format("room{}", i % rooms)));
    REQUIRE(visitors.back()->joined().status == "ok");
  }
  return visitors;
}

/// All clients are still in their rooms, hear each other, and nothing is held but the rooms.
void all_is_well(LiveChat& chat, std::vector<std::unique_ptr<LiveVisitor>>& visitors) {
  for (auto& visitor : visitors) {
    const auto seen = visitor->conversation().texts().size();
    CHECK(visitor->said("well?").status == "ok");
    CHECK(visitor->screen(seen + 1).size() > seen);
    CHECK(visitor->conversation().ends() == 0);
  }
  const auto count = chat.count();
  CHECK(count.supervised == rooms);
  CHECK(count.named == rooms);
  CHECK(count.heaps == rooms);
  CHECK(count.stacks == 0);
  for (std::size_t room = 0; room < rooms; ++room) chat.kill(fmt::format("room{}", room));
  CHECK(chat.count().heaps == 0);
}

}  // namespace

TEST_CASE("fifty clients whose rooms are killed repeatedly lose no connection and get a reply to every push") {
  LiveChat chat(shipped());
  auto visitors = crowd(chat);
  std::size_t kills = 0;
  for (int round = 0; round < 15; ++round) {
    std::vector<unsigned> refs;
    std::vector<LiveChat::Answer> killed;
    for (std::size_t i = 0; i < clients; ++i) {
      refs.push_back(visitors[i]->says(fmt::format("{} {}", i, round)));
      if (i % 5 != 4) continue;
      const auto room = fmt::format("room{}", (i / 5 + static_cast<std::size_t>(round)) % rooms);
      killed.push_back(chat.ask([&](ReplyTo reply) { chat.app().rooms().kill(room, std::move(reply)); }));
      ++kills;
    }
    for (std::size_t i = 0; i < clients; ++i) {
      const auto& answer = visitors[i]->answer(refs[i]);
      CHECK((answer.status == "ok" || answer.reason() == "killed"));
    }
    for (auto& answer : killed) CHECK(LiveChat::get(std::move(answer)).has_value());
  }
  CHECK(kills == 150);
  all_is_well(chat, visitors);
}

TEST_CASE("fifty clients in rooms that loop, allocate and throw lose no connection and get a reply to every push") {
  LiveChat chat(moody(), 3, {.heap = {.hard = 2 * MiB}, .turn_cpu = 5ms});
  auto visitors = crowd(chat);
  const std::vector<std::string> moods{"hello", "spin", "binge", "throw", "hoard"};
  for (int round = 0; round < 4; ++round) {
    std::vector<unsigned> refs;
    for (std::size_t i = 0; i < clients; ++i) {
      refs.push_back(visitors[i]->says(moods[(i / rooms + static_cast<std::size_t>(round)) % moods.size()]));
    }
    for (std::size_t i = 0; i < clients; ++i) {
      const auto& answer = visitors[i]->answer(refs[i]);
      if (answer.status == "ok") continue;
      CAPTURE(answer.reason());
      const bool known = answer.reason() == "out of time" || answer.reason() == "out of memory" ||
                         answer.reason() == "asked to" || answer.reason().starts_with("room is ");
      CHECK(known);
    }
  }
  // Killed on purpose they have their budgets back.
  for (std::size_t room = 0; room < rooms; ++room) chat.kill(fmt::format("room{}", room));
  all_is_well(chat, visitors);
}

TEST_CASE("clients that disconnect during a push or a join leave nothing behind") {
  LiveChat chat(moody(), 3, {.turn_cpu = 1h});
  for (int round = 0; round < 20; ++round) {
    const auto room = fmt::format("room{}", round);
    {
      LiveVisitor writer(chat, room), joiner(chat, room);
      REQUIRE(writer.joined().status == "ok");
      writer.says("spin");
      joiner.joins();
    }
    chat.until_nobody_is_connected();  // so the room has its mail
    chat.kill(room);
  }
  LiveVisitor last(chat, "last");
  CHECK(last.joined().status == "ok");
  CHECK(chat.count().stacks == 0);
}
