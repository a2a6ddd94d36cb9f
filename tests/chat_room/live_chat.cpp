// SPDX-License-Identifier: MIT

#include "live_chat.hpp"

#include "../web/client_frames.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <utility>

namespace chat_room {

using namespace entmoot;

LiveChat::LiveChat(Program program, unsigned shards, Budget budget)
    : app_({.port = 0, .shards = shards, .budget = budget}, std::move(program)) {
  const auto started = app_.start();
  REQUIRE_MESSAGE(started.has_value(), started.error().reason);
}

LiveChat::~LiveChat() {
  app_.stop(Duration::zero());
  for (std::size_t i = 0; i < app_.node().shards().size(); ++i) {
    Shard::Scope here(app_.node().shards()[i]);
    const auto usage = app_.rooms().usage_here();
    CHECK(usage.rooms == ChildCounts{});
    CHECK(usage.heaps == 0);
    CHECK(usage.stacks == 0);
  }
}

std::string LiveChat::room_away_from(unsigned shard, const std::string& prefix) {
  for (int i = 0;; ++i) {
    auto room = prefix + "-" + std::to_string(i);
    if (app_.node().shards().home_of(room).index() != shard) return room;
  }
}

LiveChat::Answer LiveChat::ask(const std::function<void(ReplyTo)>& ask) {
  auto promise = std::make_shared<std::promise<Result<JsonText>>>();
  auto answer = promise->get_future();
  ask(ReplyTo([promise](Result<JsonText> result) { promise->set_value(std::move(result)); }));
  return answer;
}

LiveChat::Answer LiveChat::say(std::string_view room, std::string_view text) {
  return ask([&](ReplyTo reply) { app_.rooms().send_message(room, "ann", text, std::move(reply)); });
}

Result<JsonText> LiveChat::get(Answer answer) {
  REQUIRE(answer.wait_for(wait_limit) == std::future_status::ready);
  return answer.get();
}

void LiveChat::kill(std::string_view room) {
  CHECK(get(ask([&](ReplyTo reply) { app_.rooms().kill(room, std::move(reply)); })).has_value());
}

void LiveChat::on_shard(std::size_t index, const std::function<void()>& work) {
  app_.node().shards().run_on(index, work);
}

void LiveChat::until_nobody_is_connected() {
  const auto give_up = std::chrono::steady_clock::now() + wait_limit;
  for (std::size_t left = 1; left > 0;) {
    REQUIRE(std::chrono::steady_clock::now() < give_up);
    std::promise<std::size_t> counted;
    app_.node().endpoint().count([&](std::size_t connections) { counted.set_value(connections); });
    left = counted.get_future().get();
  }
}

LiveChat::Count LiveChat::count() {
  Count count;
  for (std::size_t i = 0; i < app_.node().shards().size(); ++i) {
    on_shard(i, [&] {
      const auto usage = app_.rooms().usage_here();
      count.supervised += usage.rooms.active;
      count.named += app_.node().registry().count();
      count.heaps += usage.heaps;
      count.stacks += usage.stacks;
    });
  }
  return count;
}

LiveVisitor::LiveVisitor(LiveChat& chat, std::string_view room) : conversation_(room), client_(chat.port()) {
  REQUIRE(status_of(client_.upgrade("/socket/websocket?vsn=2.0.0")) == 101);
}

unsigned LiveVisitor::sends(const std::string& frame) {
  REQUIRE(client_.send(wire::frame(wire::fin | wire::text, frame)));
  return conversation_.last_ref();
}

void LiveVisitor::read_one() {
  const auto frame = client_.frame();
  REQUIRE(frame.has_value());
  REQUIRE(frame->opcode == wire::text);
  conversation_.take(frame->payload);
}

const Answered& LiveVisitor::answer(unsigned ref) {
  while (!conversation_.answer(ref)) read_one();
  return *conversation_.answer(ref);
}

const std::vector<std::string>& LiveVisitor::screen(std::size_t messages) {
  while (conversation_.texts().size() < messages) read_one();
  return conversation_.texts();
}

void LiveVisitor::until(const std::function<bool(const Conversation&)>& wanted) {
  while (!wanted(conversation_)) read_one();
}

std::optional<unsigned> LiveVisitor::close_code() {
  while (const auto frame = client_.frame()) {
    if (frame->opcode == wire::close) {
      client_.send(wire::close_frame(frame->close_code()));
      CHECK_FALSE(client_.frame().has_value());
      client_.shutdown_write();
      return frame->close_code();
    }
    conversation_.take(frame->payload);
  }
  return std::nullopt;
}

}  // namespace chat_room
