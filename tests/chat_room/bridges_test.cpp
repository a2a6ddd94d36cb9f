// SPDX-License-Identifier: MIT

// The two ways from a room's script to the browsers: BroadcastChannel.postMessage and Beam.callSync("broadcast", …).

#include "live_chat.hpp"
#include "stepped_chat.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace entmoot;
using namespace chat_room;

namespace {

void reaches_everybody(Program program) {
  LiveChat chat(std::move(program));
  std::vector<std::unique_ptr<LiveVisitor>> visitors;  // on every shard, so on the room's and on others
  for (int i = 0; i < 6; ++i) visitors.push_back(std::make_unique<LiveVisitor>(chat, "lobby"));
  LiveVisitor stranger(chat, "elsewhere");
  REQUIRE(stranger.joined().status == "ok");
  for (auto& visitor : visitors) CHECK(to_json(visitor->joined().response) == R"({"messages":[]})");

  const auto& reply = visitors[0]->said("hello");
  CHECK(reply.status == "ok");
  CHECK(reply.response.at("text") == "hello");
  CHECK(reply.response.at("sender") == "ann");
  CHECK(reply.response.at("timestamp").is_int64());
  CHECK(LiveChat::get(chat.say("lobby", "over HTTP")).has_value());

  const std::vector<std::string> both{"hello", "over HTTP"};
  for (auto& visitor : visitors) CHECK(visitor->screen(2) == both);
  CHECK(stranger.said("alone").status == "ok");
  CHECK(stranger.screen(1) == std::vector<std::string>{"alone"});
}

}  // namespace

TEST_CASE("messages that the room posts to its BroadcastChannel reach every joined client as new_message") {
  reaches_everybody(shipped());
}

TEST_CASE("a room written for QuickBEAM runs unchanged, and its Beam.callSync broadcast reaches every joined client") {
  reaches_everybody(quickbeam());
}

TEST_CASE("the sender receives a message before the reply, with both bridges") {
  for (const auto& program : {shipped(), quickbeam()}) {
    SteppedChat chat(program);
    SteppedVisitor visitor(chat, 0, chat.room_on(1));
    REQUIRE(visitor.joined().status == "ok");
    const unsigned ref = visitor.says("hello");
    for (int i = 0; i < 1000 && !visitor.reads().answer(ref); ++i) {
      for (std::size_t s = 0; s < chat.shards.size(); ++s) chat.shards[s].poll();
    }
    REQUIRE(visitor.reads().answer(ref));
    CHECK(visitor.screen() == std::vector<std::string>{"hello"});
  }
}

TEST_CASE("a message whose turn fails reaches no client, with both bridges") {
  SteppedChat chat(program(R"(
    const channel = new BroadcastChannel("chat");
    let history = [];
    function sendMessage(sender, text) {
      const message = { sender, text };
      text.startsWith("channel") ? channel.postMessage(message) : Beam.callSync("broadcast", message);
      if (text.endsWith("fail")) throw new Error("asked to");
      history.push(message);
      return message;
    }
    function getHistory() { return history; }
  )"));
  SteppedVisitor visitor(chat, 0, "lobby");
  REQUIRE(visitor.joined().status == "ok");
  for (const std::string bridge : {"channel", "call"}) {
    CHECK(visitor.said(bridge + " fail").reason() == "asked to");
    CHECK(visitor.said(bridge + " works").status == "ok");
  }
  CHECK(visitor.screen() == std::vector<std::string>{"channel works", "call works"});
  CHECK(visitor.undisturbed());
}

TEST_CASE("a broadcast that is not an object is an error of the script and reaches no client") {
  SteppedChat chat(program(R"(
    function sendMessage(sender, text) { Beam.callSync("broadcast", ...JSON.parse(text)); return null; }
    function getHistory() { return []; }
  )"));
  SteppedVisitor visitor(chat, 0, "lobby");
  REQUIRE(visitor.joined().status == "ok");
  for (const auto* args : {"[1]", "[null]", "[\"text\"]", "[[]]"}) {
    CAPTURE(args);
    CHECK(visitor.said(args).reason() == "a message to clients must be an object");
  }
  for (const auto* args : {"[]", "[{},{}]"}) {
    CAPTURE(args);
    CHECK(visitor.said(args).reason() == "broadcast takes one argument, the message");
  }
  CHECK(visitor.screen().empty());
}
