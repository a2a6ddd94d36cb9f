// SPDX-License-Identifier: MIT

#pragma once

// One shard that a test steps by hand, and rooms on it.

#include <entmoot/core/shard.hpp>
#include <entmoot/runtime/js_server.hpp>
#include <entmoot/testing/manual_clock.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace entmoot {

struct TestRoom {
  std::unique_ptr<JsServer> server;
  std::optional<ExitReason> exit;
};

struct RoomBench {
  ManualClock clock;
  Shard shard;
  std::unique_ptr<JsShard> js;
  std::vector<std::unique_ptr<TestRoom>> rooms;

  explicit RoomBench(Duration clock_step = Duration::zero(), const Clock* clock_instead = nullptr)
      : clock(clock_step), shard(0, clock_instead ? *clock_instead : clock) {
    on_shard(
        [&] { js = std::make_unique<JsShard>(shard, JsShardOptions{.cpu_clock = clock_instead ? nullptr : &clock}); });
  }
  ~RoomBench() {
    on_shard([&] {
      rooms.clear();
      CHECK(js->arena.in_use() == 0);
      CHECK(js->stacks.in_use() == 0);
      js.reset();
    });
  }

  void on_shard(const std::function<void()>& what) {
    shard.post([&what] { what(); });
    shard.poll();
  }

  TestRoom& open(std::string_view source, Handlers handlers = {}, Budget budget = {}) {
    auto program = Program::load("room.ts", source);
    REQUIRE_MESSAGE(program.has_value(), program.error().reason);
    return open(*program, std::move(handlers), budget);
  }
  TestRoom& open(const Program& program, Handlers handlers = {}, Budget budget = {}) {
    rooms.push_back(std::make_unique<TestRoom>());
    TestRoom& room = *rooms.back();
    on_shard([&] {
      room.server = std::make_unique<JsServer>(
          shard, *js,
          JsServerOptions{.name = "test", .program = program, .handlers = std::move(handlers), .budget = budget});
      room.server->monitor([&room](const ExitReason& reason) { room.exit = reason; });
    });
    return room;
  }

  using Answer = std::shared_ptr<std::optional<Result<JsonText>>>;
  Answer cast(TestRoom& room, std::string name, std::string_view args = "[]", TimePoint deadline = TimePoint::max()) {
    auto answer = std::make_shared<std::optional<Result<JsonText>>>();
    on_shard([&] {
      room.server->ref().mailbox().push(
          {.name = std::move(name),
           .args = JsonText::trusted(args),
           .reply = ReplyTo(shard, [answer](Result<JsonText> r) { *answer = std::move(r); }),
           .deadline = deadline});
    });
    return answer;
  }
  /// Polls until nothing happens any more, at most `rounds` times.
  void settle(int rounds = 1000) {
    while (rounds-- > 0 && shard.poll()) {
    }
  }
  std::string call(TestRoom& room, std::string name, std::string_view args = "[]") {
    auto answer = cast(room, std::move(name), args);
    settle();
    return text(answer);
  }
  static std::string text(const Answer& answer) {
    if (!*answer) return "(no answer)";
    return **answer ? std::string((**answer)->view()) : "error: " + (**answer).error().reason;
  }
};

}  // namespace entmoot
