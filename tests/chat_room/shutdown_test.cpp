// SPDX-License-Identifier: MIT

// Shutdown under load. No test waits for time to pass: a shutdown waits only for clients that read their last bytes.

#include "live_chat.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace entmoot;
using namespace chat_room;
using namespace std::chrono_literals;

namespace {

constexpr Budget endless = {.turn_cpu = 1h};

/// Stops the server on another thread while the clients read; all of them must be closed with 1012.
void stops_with_1012(LiveChat& chat, std::vector<std::unique_ptr<LiveVisitor>>& visitors) {
  const std::jthread stopper([&] { chat.stop(wait_limit); });
  for (auto& visitor : visitors) CHECK(visitor->close_code() == 1012u);
}

/// Until the room's turn has begun: two rounds of its shard later it has had a slice.
void let_it_begin(LiveChat& chat, std::string_view room) {
  const auto shard = chat.app().node().shards().home_of(room).index();
  for (int i = 0; i < 3; ++i) chat.on_shard(shard, [] {});
}

}  // namespace

TEST_CASE("a stopping server closes every client with 1012, after the pending replies") {
  LiveChat chat(shipped());
  std::vector<std::unique_ptr<LiveVisitor>> visitors;
  for (int i = 0; i < 12; ++i) {
    visitors.push_back(std::make_unique<LiveVisitor>(chat, fmt::format("room{}", i % 4)));
    REQUIRE(visitors.back()->joined().status == "ok");
    REQUIRE(visitors.back()->said("hello").status == "ok");
  }
  stops_with_1012(chat, visitors);
  for (auto& visitor : visitors) CHECK(visitor->conversation().ends() == 0);
}

TEST_CASE("a server stops while its rooms loop") {
  LiveChat chat(moody(), 3, endless);
  std::vector<std::unique_ptr<LiveVisitor>> visitors;
  std::vector<LiveChat::Answer> spinning;
  for (int i = 0; i < 6; ++i) {
    const auto room = fmt::format("room{}", i);
    visitors.push_back(std::make_unique<LiveVisitor>(chat, room));
    REQUIRE(visitors.back()->joined().status == "ok");
    visitors.back()->says("spin");
    spinning.push_back(chat.say(room, "spin"));
    let_it_begin(chat, room);
  }
  CHECK(chat.count().stacks > 0);
  stops_with_1012(chat, visitors);
  for (auto& answer : spinning) CHECK_FALSE(LiveChat::get(std::move(answer)).has_value());  // told, not forgotten
}

TEST_CASE("a server stops while joins wait for rooms that do not answer") {
  LiveChat chat(moody(), 3, endless);
  std::vector<std::unique_ptr<LiveVisitor>> visitors;
  for (int i = 0; i < 6; ++i) {
    const auto room = fmt::format("room{}", i);
    REQUIRE(LiveChat::get(chat.say(room, i % 2 == 0 ? "join never" : "hello")).has_value());
    if (i % 2 == 1) {
      (void)chat.say(room, "spin");
      let_it_begin(chat, room);
    }
    visitors.push_back(std::make_unique<LiveVisitor>(chat, room));
    visitors.back()->joins();
  }
  stops_with_1012(chat, visitors);
}

TEST_CASE("a stop without a drain timeout ends connections at once") {
  LiveChat chat(shipped());
  LiveVisitor visitor(chat, "lobby");
  REQUIRE(visitor.joined().status == "ok");
  chat.stop();
  CHECK_FALSE(visitor.close_code().has_value());
}

TEST_CASE("a server that is destroyed under load leaves nothing behind") {
  for (int round = 0; round < 10; ++round) {
    std::vector<LiveChat::Answer> answers;
    {
      LiveChat chat(moody(), 3, endless);
      LiveVisitor a(chat, "a"), b(chat, "b");
      a.joins();
      b.joins();
      for (int i = 0; i < 100; ++i)
        answers.push_back(chat.say(fmt::format("room{}", i % 7), i % 50 == 49 ? "spin" : "x"));
      a.says("spin");
    }
    for (auto& answer : answers) (void)LiveChat::get(std::move(answer));  // each of them was told something
  }
}

TEST_CASE("stopping twice, or before start, is not an error") {
  LiveChat chat(shipped());
  chat.stop();
  chat.stop(wait_limit);
  ChatRoom idle({.port = 0, .shards = 2}, shipped());
  idle.stop(wait_limit);
}
