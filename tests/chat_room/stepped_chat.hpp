// SPDX-License-Identifier: MIT

#pragma once

// The whole chat without sockets and threads: the test decides which shard takes the next step and what time it is, so
// every run is the same.

#include "conversation.hpp"
#include "scripts.hpp"

#include <chat_room/chat_room.hpp>
#include <entmoot/testing/channel_test.hpp>
#include <entmoot/testing/manual_clock.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace chat_room {

struct SteppedChat {
  explicit SteppedChat(entmoot::Program program, unsigned count = 3, entmoot::Budget budget = {})
      : app({.shards = count, .budget = budget, .clock = clock}, std::move(program)) {}
  /// Ends the rooms, whether or not the test has passed, and checks that nothing is left.
  ~SteppedChat() {
    for (std::size_t i = 0; i < shards.size(); ++i) {
      entmoot::run_on(shards[i], [&] {
        rooms.stop_here();
        const auto usage = rooms.usage_here();
        CHECK(usage.rooms == entmoot::ChildCounts{});
        CHECK(usage.heaps == 0);
        CHECK(usage.stacks == 0);
      });
    }
    entmoot::settle(shards);
  }

  void advance(entmoot::Duration by) {
    clock.advance(by);
    entmoot::settle(shards);
  }
  [[nodiscard]] unsigned home_of(std::string_view room) const { return shards.home_of(room).index(); }
  /// The number of a room "<prefix><n>" that lives on `shard`.
  [[nodiscard]] std::string room_on(unsigned shard, const std::string& prefix = "room") const {
    for (int i = 0;; ++i) {
      if (home_of(prefix + std::to_string(i)) == shard) return prefix + std::to_string(i);
    }
  }

  using Answer = std::shared_ptr<std::optional<entmoot::Result<entmoot::JsonText>>>;
  /// Calls `ask` with a ReplyTo; the answer is set once the shards have processed it.
  Answer ask(const std::function<void(entmoot::ReplyTo)>& ask) {
    auto answer = std::make_shared<std::optional<entmoot::Result<entmoot::JsonText>>>();
    ask(entmoot::ReplyTo([answer](entmoot::Result<entmoot::JsonText> result) {
      CHECK_FALSE(*answer);
      *answer = std::move(result);
    }));
    return answer;
  }
  [[nodiscard]] static std::string text(const Answer& answer) {
    if (!*answer) return "(no answer)";
    return **answer ? std::string((**answer)->view()) : "error: " + (**answer).error().reason;
  }
  void kill(std::string_view room) {
    rooms.kill(room, entmoot::ReplyTo());
    entmoot::settle(shards);
  }
  /// How many messages the room has; starts one if there is none.
  std::string state(std::string_view room) {
    const auto answer = ask([&](entmoot::ReplyTo reply) { rooms.get_state(room, std::move(reply)); });
    entmoot::settle(shards);
    return text(answer);
  }
  [[nodiscard]] Rooms::Usage usage(unsigned shard) {
    Rooms::Usage usage;
    entmoot::run_on(shards[shard], [&] { usage = rooms.usage_here(); });
    return usage;
  }

  entmoot::ManualClock clock{std::chrono::microseconds(50)};  // each look: slices end by it
  ChatRoom app;
  entmoot::Shards& shards = app.node().shards();
  Rooms& rooms = app.rooms();
  entmoot::Presence& presence = app.node().presence();
  entmoot::SocketMount& mount = app.sockets();
};

/// A client in one room, on a shard of the test's choice.
class SteppedVisitor {
 public:
  SteppedVisitor(SteppedChat& chat, unsigned shard, std::string_view room)
      : chat_(chat), conversation_(room), client_(chat.shards[shard], chat.mount) {}

  /// Pushes and runs one round of the client's shard. Returns the ref.
  unsigned joins(std::string_view name = {}) { return sends(conversation_.join(name)); }
  unsigned leaves() { return sends(conversation_.leave()); }
  unsigned says(std::string_view text) { return sends(conversation_.say(text)); }
  /// Steps until the reply has arrived.
  const Answered& joined(std::string_view name = {}) { return settled(joins(name)); }
  const Answered& said(std::string_view text) { return settled(says(text)); }
  const Answered& renamed(std::string_view name) { return settled(sends(conversation_.rename(name))); }
  const Answered& typed(bool typing) { return settled(sends(conversation_.type(typing))); }
  const Answered& pushed(std::string_view event, std::string_view payload) {
    return settled(sends(conversation_.push(event, payload)));
  }
  void disconnects() { client_.disconnects(); }

  /// Reads the received frames.
  Conversation& reads() {
    for (const auto& frame : client_.received()) conversation_.take(frame);
    return conversation_;
  }
  [[nodiscard]] const std::vector<std::string>& screen() { return reads().texts(); }
  [[nodiscard]] std::vector<std::string> here() { return reads().here(); }
  [[nodiscard]] const std::vector<std::string>& typing() { return reads().typing(); }
  /// Connected, and its channel has never ended.
  [[nodiscard]] bool undisturbed() { return client_.connected() && !client_.closed() && reads().ends() == 0; }

 private:
  unsigned sends(const std::string& frame) {
    client_.sends(frame);
    return conversation_.last_ref();
  }
  const Answered& settled(unsigned ref) {
    entmoot::settle(chat_.shards);
    const auto* answer = reads().answer(ref);
    REQUIRE(answer);
    return *answer;
  }

  SteppedChat& chat_;
  Conversation conversation_;
  entmoot::TestClient client_;
};

}  // namespace chat_room
