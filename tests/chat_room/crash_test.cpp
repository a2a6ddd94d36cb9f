// SPDX-License-Identifier: MIT

// Rooms that end, and the effect on their clients: errors for pending requests, an empty room afterwards, nothing else.

#include "stepped_chat.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

using namespace entmoot;
using namespace chat_room;
using namespace std::chrono_literals;

namespace {

using Texts = std::vector<std::string>;

// The other limits are reached in a hundredth of the CPU time, so that a slow machine does not change which comes
// first.
constexpr Budget tight = {.heap = {.hard = 4 * MiB}, .turn_cpu = 300ms, .microtasks_max = 1000};

/// Rounds in which a room that spins does spin, without an end of its own.
void take_rounds(SteppedChat& chat, int rounds = 50) {
  for (int i = 0; i < rounds; ++i) {
    for (std::size_t s = 0; s < chat.shards.size(); ++s) chat.shards[s].poll();
  }
}

}  // namespace

TEST_CASE("a killed room restarts with the next message, and its clients stay joined") {
  SteppedChat chat(shipped());
  SteppedVisitor ann(chat, 0, "lobby"), bob(chat, 1, "lobby");
  REQUIRE(ann.joined().status == "ok");
  REQUIRE(bob.joined().status == "ok");
  CHECK(ann.said("before").status == "ok");
  CHECK(chat.state("lobby") == R"({"messageCount":1})");
  chat.kill("lobby");
  CHECK(chat.usage(chat.home_of("lobby")).heaps == 0);

  CHECK(bob.said("after").status == "ok");
  CHECK(chat.state("lobby") == R"({"messageCount":1})");
  SteppedVisitor cleo(chat, 2, "lobby");
  REQUIRE(cleo.joined().status == "ok");
  CHECK(cleo.screen() == Texts{"after"});
  for (auto* visitor : {&ann, &bob}) {
    CHECK(visitor->screen() == Texts{"before", "after"});
    CHECK(visitor->undisturbed());
  }
}

TEST_CASE("killing a room during a turn answers all pending requests and joins, once") {
  SteppedChat chat(moody());
  SteppedVisitor ann(chat, 0, "lobby"), bob(chat, 1, "lobby");
  REQUIRE(ann.joined().status == "ok");
  const unsigned spinning = ann.says("spin");
  const unsigned waiting = ann.says("waits its turn");
  const unsigned joining = bob.joins();
  take_rounds(chat);
  CHECK_FALSE(ann.reads().answer(spinning));
  CHECK_FALSE(bob.reads().answer(joining));

  chat.kill("lobby");
  for (const unsigned ref : {spinning, waiting}) {
    const auto* answer = ann.reads().answer(ref);
    REQUIRE(answer);
    CHECK(answer->status == "error");
    CHECK(answer->reason() == "killed");
  }
  const auto* refused = bob.reads().answer(joining);
  REQUIRE(refused);
  CHECK(refused->status == "error");
  CHECK(refused->reason() == "killed");
  CHECK(bob.joined().status == "ok");  // as phoenix.js does after a refused join
  CHECK(ann.said("after").status == "ok");
  CHECK(ann.screen() == Texts{"after"});
  CHECK(bob.screen() == Texts{"after"});
  CHECK(ann.undisturbed());
}

TEST_CASE("a room that exceeds its time, memory or microtasks is replaced, and the error names the limit") {
  SteppedChat chat(moody(), 3, tight);
  SteppedVisitor ann(chat, 0, "lobby"), bob(chat, 1, "lobby");
  REQUIRE(ann.joined().status == "ok");
  REQUIRE(bob.joined().status == "ok");
  const std::vector<std::pair<std::string, std::string>> troubles{
      {"spin", "out of time"}, {"hoard", "out of memory"}, {"chain", "too many microtasks"}};
  Texts expected;
  for (const auto& [mood, reason] : troubles) {
    CAPTURE(mood);
    CHECK(ann.said("before " + mood).status == "ok");
    const auto& answer = ann.said(mood);
    CHECK(answer.status == "error");
    CHECK(answer.reason() == reason);
    CHECK(chat.state("lobby") == R"({"messageCount":0})");
    CHECK(bob.said("after " + mood).status == "ok");
    expected.push_back("before " + mood);
    expected.push_back("after " + mood);
  }
  CHECK(ann.screen() == expected);  // of the turns that failed nothing got out
  CHECK(bob.screen() == expected);
  CHECK(ann.undisturbed());
  CHECK(bob.undisturbed());
}

TEST_CASE("a turn that runs out of memory but releases it is an error for the caller; the room keeps running") {
  SteppedChat chat(moody(), 3, tight);
  SteppedVisitor ann(chat, 0, "lobby");
  REQUIRE(ann.joined().status == "ok");
  CHECK(ann.said("one").status == "ok");
  for (int i = 0; i < 10; ++i) CHECK(ann.said("binge").reason() == "out of memory");
  CHECK(ann.said("two").status == "ok");
  CHECK(chat.state("lobby") == R"({"messageCount":12})");
  CHECK(ann.screen() == Texts{"one", "two"});
}

TEST_CASE("an exception in a turn is an error for the caller; the room and its history are kept") {
  SteppedChat chat(moody());
  SteppedVisitor ann(chat, 0, "lobby");
  REQUIRE(ann.joined().status == "ok");
  CHECK(ann.said("one").status == "ok");
  CHECK(ann.said("throw").reason() == "asked to");
  CHECK(chat.state("lobby") == R"({"messageCount":2})");  // what the turn did to the room's own variables stays
  CHECK(ann.said("two").status == "ok");
  CHECK(ann.screen() == Texts{"one", "two"});
}

TEST_CASE("a room that crashes repeatedly is quarantined alone, and requests are answered with the time to retry") {
  SteppedChat chat(moody(), 3, tight);
  const unsigned shard = chat.home_of("wild");
  const std::string calm = chat.room_on(shard, "calm");
  SteppedVisitor wild(chat, 0, "wild"), neighbour(chat, 1, calm);
  REQUIRE(wild.joined().status == "ok");
  REQUIRE(neighbour.joined().status == "ok");

  int crashes = 0;
  std::string reason;
  for (; crashes < 20; ++crashes) {
    reason = wild.said("spin").reason();
    if (reason != "out of time") break;
    CHECK(neighbour.said("still here").status == "ok");
  }
  CHECK(crashes == 4);  // three restarts in five seconds, and the one that is too many
  CHECK(reason == "room is quarantined, try again in 1 s");
  CHECK(chat.usage(shard).rooms.quarantined == 1);
  CHECK(chat.usage(shard).heaps == 1);
  SteppedVisitor late(chat, 2, "wild");
  CHECK(late.joined().reason() == "room is quarantined, try again in 1 s");
  CHECK(neighbour.said("and here").status == "ok");
  CHECK(neighbour.screen().size() == 5);  // one room, one history, all the time
  CHECK(wild.undisturbed());

  chat.advance(2s);
  CHECK(wild.said("hello again").status == "ok");
  CHECK(late.joined().status == "ok");
  CHECK(late.screen() == Texts{"hello again"});
}

TEST_CASE(
    "a script that throws at its start answers with its reason, then with the quarantine's, and never with silence") {
  SteppedChat chat(program(R"(
    function sendMessage() {}
    function getHistory() { return []; }
    throw new Error("no room today");
  )"));
  SteppedVisitor ann(chat, 0, "lobby");
  const auto& first = ann.joined();
  CHECK(first.status == "error");
  CHECK(first.reason() == "the room failed to start: no room today");
  std::string reason;
  for (int i = 0; i < 20; ++i) {
    const auto& answer = ann.joined();
    REQUIRE(answer.status == "error");
    reason = answer.reason();
  }
  CHECK(reason.starts_with("room is quarantined, try again in "));
  // For ever: each back-off is longer, none is missed, nothing piles up.
  for (int i = 0; i < 20; ++i) {
    chat.advance(61s);
    CHECK(ann.joined().status == "error");
    CHECK(chat.usage(chat.home_of("lobby")).heaps == 0);
    CHECK(chat.usage(chat.home_of("lobby")).rooms.specs == 1);
  }
}

TEST_CASE("a call whose promise never settles is answered after five seconds and does not block other calls") {
  SteppedChat chat(moody());
  SteppedVisitor ann(chat, 0, "lobby");
  REQUIRE(ann.joined().status == "ok");
  const unsigned never = ann.says("never");
  settle(chat.shards);
  CHECK(ann.said("meanwhile").status == "ok");
  CHECK_FALSE(ann.reads().answer(never));
  chat.advance(6s);
  const auto* answer = ann.reads().answer(never);
  REQUIRE(answer);
  CHECK(answer->reason() == "timeout");
  CHECK(ann.undisturbed());
}

TEST_CASE("killing a room, however often, never quarantines it") {
  SteppedChat chat(shipped());
  SteppedVisitor ann(chat, 0, "lobby");
  REQUIRE(ann.joined().status == "ok");
  for (int i = 0; i < 50; ++i) {
    CHECK(ann.said("hello").status == "ok");
    CHECK(chat.state("lobby") == R"({"messageCount":1})");
    chat.kill("lobby");
  }
  CHECK(ann.screen().size() == 50);
}
