// SPDX-License-Identifier: MIT

#include "live_chat.hpp"

#include <doctest/doctest.h>

#include <barrier>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace entmoot;
using namespace chat_room;

TEST_CASE("simultaneous first uses of a room from several threads start one room") {
  constexpr int rounds = 10, rooms_a_round = 100, threads = 4;
  LiveChat chat(shipped());
  for (int round = 0; round < rounds; ++round) {
    const auto id = [round](int room) { return "room" + std::to_string(round) + "-" + std::to_string(room); };
    std::barrier together(threads);
    std::vector<std::vector<LiveChat::Answer>> answers(threads);
    {
      std::vector<std::jthread> users;
      for (int thread = 0; thread < threads; ++thread) {
        users.emplace_back([&, thread] {
          for (int room = 0; room < rooms_a_round; ++room) {
            if (room % 10 == 0) together.arrive_and_wait();
            answers[static_cast<std::size_t>(thread)].push_back(chat.say(id(room), "hello"));
          }
        });
      }
    }
    for (auto& of_thread : answers) {
      for (auto& answer : of_thread) REQUIRE(LiveChat::get(std::move(answer)).has_value());
    }
    const auto count = chat.count();
    CHECK(count.supervised == rooms_a_round);
    CHECK(count.named == rooms_a_round);
    CHECK(count.heaps == rooms_a_round);
    CHECK(count.stacks == 0);
    for (int room = 0; room < rooms_a_round; ++room) {
      const auto state =
          LiveChat::get(chat.ask([&](ReplyTo reply) { chat.app().rooms().get_state(id(room), std::move(reply)); }));
      REQUIRE(state.has_value());
      CHECK(state->view() == R"({"messageCount":4})");  // all threads spoke to the same room
      chat.kill(id(room));
    }
    CHECK(chat.count().heaps == 0);
  }
}

TEST_CASE("killing rooms during their first uses leaves one room or none, never two") {
  constexpr int rounds = 200, threads = 3;
  LiveChat chat(shipped());
  for (int round = 0; round < rounds; ++round) {
    std::barrier together(threads);
    std::vector<LiveChat::Answer> answers(threads);
    {
      std::vector<std::jthread> users;
      for (std::size_t thread = 0; thread < threads; ++thread) {
        users.emplace_back([&, thread] {
          together.arrive_and_wait();
          answers[thread] = thread == 0
                                ? chat.ask([&](ReplyTo reply) { chat.app().rooms().kill("it", std::move(reply)); })
                                : chat.say("it", "hello");
        });
      }
    }
    for (auto& answer : answers) {
      const auto result = LiveChat::get(std::move(answer));
      if (!result) CHECK(result.error().reason == "killed");
    }
    const auto count = chat.count();
    REQUIRE(count.supervised <= 1);
    REQUIRE(count.named == count.supervised);
    REQUIRE(count.heaps == count.supervised);
  }
}
