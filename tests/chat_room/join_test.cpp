// SPDX-License-Identifier: MIT

// A join gets the history, then each message once. Tested twice: with shards stepped in an order drawn from a seed, so
// that a failure can be reproduced, and with threads and sockets.

#include "live_chat.hpp"
#include "stepped_chat.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace entmoot;
using namespace chat_room;

namespace {

/// What one writer said, in the order of the screen.
std::vector<std::string> of_writer(const std::vector<std::string>& screen, std::string_view writer) {
  std::vector<std::string> out;
  std::ranges::copy_if(screen, std::back_inserter(out), [&](const auto& text) { return text.starts_with(writer); });
  return out;
}

std::vector<std::string> expected(std::string_view writer, int messages) {
  std::vector<std::string> out;
  for (int i = 0; i < messages; ++i) out.push_back(fmt::format("{} {}", writer, i));
  return out;
}

/// Two write, one joins, in an order that `random` makes up. Returns how many messages the join brought.
std::size_t run_schedule(SteppedChat& chat, const std::string& room, std::mt19937& random) {
  constexpr int messages = 5;
  const auto draw = [&](unsigned below) { return static_cast<unsigned>(random() % below); };
  SteppedVisitor a(chat, draw(3), room), b(chat, draw(3), room), joiner(chat, draw(3), room);
  REQUIRE(a.joined().status == "ok");
  REQUIRE(b.joined().status == "ok");
  int said_a = 0, said_b = 0;
  unsigned join = 0;
  while (said_a < messages || said_b < messages || join == 0) {
    switch (draw(8)) {
      case 0:
        if (said_a < messages) a.says(fmt::format("a {}", said_a++));
        break;
      case 1:
        if (said_b < messages) b.says(fmt::format("b {}", said_b++));
        break;
      case 2:
        if (join == 0 && draw(3) == 0) join = joiner.joins();
        break;
      default: chat.shards[draw(3)].poll();
    }
  }
  settle(chat.shards);

  SteppedVisitor later(chat, 0, room);
  REQUIRE(later.joined().status == "ok");
  const auto& history = later.screen();
  CHECK(joiner.screen() == history);
  CHECK(a.screen() == history);
  CHECK(b.screen() == history);
  CHECK(of_writer(history, "a") == expected("a", messages));
  CHECK(of_writer(history, "b") == expected("b", messages));
  const auto* answer = joiner.reads().answer(join);
  REQUIRE(answer);
  return answer->response.at("messages").as_array().size();
}

}  // namespace

TEST_CASE("a join gets the history and then each message once and in order, whatever the order of the shards") {
  const char* wanted = std::getenv("ENTMOOT_SEED");
  const unsigned first = wanted ? static_cast<unsigned>(std::atoi(wanted)) : 1;
  const unsigned last = wanted ? first : 400;
  SteppedChat chat(shipped());
  std::size_t none = 0, some = 0, all = 0;
  for (unsigned seed = first; seed <= last; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const std::string room = fmt::format("room{}", seed);
    const auto brought = run_schedule(chat, room, random);
    ++(brought == 0 ? none : brought == 10 ? all : some);
    chat.kill(room);
  }
  if (!wanted) CHECK(some > last / 2);  // the schedules do cut the conversation in the middle
}

TEST_CASE("a join over a socket, on another thread than the room's, has no gap and no duplicate while others write") {
  constexpr int rounds = 30, messages = 40;
  constexpr unsigned shards = 3;
  LiveChat chat(shipped(), shards);
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    // Connections are handed to the shards in turn, so that some joiner is on another shard than the room.
    const auto room = fmt::format("room{}", round);
    std::vector<std::unique_ptr<LiveVisitor>> joiners;
    for (unsigned i = 0; i < shards; ++i) joiners.push_back(std::make_unique<LiveVisitor>(chat, room));
    std::vector<LiveChat::Answer> said[2];
    {
      std::vector<std::jthread> writers;
      for (int writer = 0; writer < 2; ++writer) {
        writers.emplace_back([&, writer] {
          for (int i = 0; i < messages; ++i) {
            said[writer].push_back(chat.say(room, fmt::format("{} {}", writer == 0 ? 'a' : 'b', i)));
            if (i % 8 == 7) said[writer].back().wait_for(wait_limit);  // not all at once: the joins fall in between
          }
        });
      }
      for (auto& joiner : joiners) REQUIRE(joiner->joined().status == "ok");
    }
    for (auto& of_writer : said) {
      for (auto& answer : of_writer) REQUIRE(LiveChat::get(std::move(answer)).has_value());
    }
    LiveVisitor later(chat, room);
    REQUIRE(later.joined().status == "ok");
    const auto history = later.conversation().texts();
    CHECK(of_writer(history, "a") == expected("a", messages));
    CHECK(of_writer(history, "b") == expected("b", messages));
    REQUIRE(chat.say(room, "end").get().has_value());
    for (auto& joiner : joiners) {
      auto screen = joiner->screen(history.size() + 1);
      CHECK(screen.back() == "end");
      screen.pop_back();
      CHECK(screen == history);
    }
    chat.kill(room);
  }
}
