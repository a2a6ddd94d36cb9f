// SPDX-License-Identifier: MIT

#include "chat_script.hpp"
#include "parts.hpp"
#include "report.hpp"
#include "silent_host.hpp"

#include <entmoot/core/fiber.hpp>
#include <entmoot/core/shards.hpp>
#include <entmoot/js/runtime.hpp>
#include <entmoot/js/stack.hpp>
#include <entmoot/js/template_heap.hpp>
#include <entmoot/runtime/js_server.hpp>

#include <future>
#include <memory>
#include <utility>

namespace bench {

using namespace entmoot;

namespace {

constexpr auto group = "a call into a room (sendMessage)";
constexpr int calls = 5000;    // per round
constexpr int warm_up = 2000;  // the chat keeps 1,000 messages; once it is full, every call does the same work
constexpr int together = 50;

JsServerOptions chat(const Program& program) {
  Handlers handlers;
  handlers.on_channel("chat", [](const JsonText&) -> Result<void> { return {}; });
  return {.name = "bench", .program = program, .handlers = std::move(handlers)};
}

// One stepped shard: mailbox → turn on a fiber → reply, posted back.
void on_one_shard(const Program& program) {
  const SteadyClock clock;
  Shard shard(0, clock);
  const Shard::Scope presence(shard);
  JsShard js(shard);
  JsServer room(shard, js, chat(program));
  const JsonText args = JsonText::trusted(std::string_view(message_args));
  int answered = 0;
  const auto send = [&] {
    room.ref().mailbox().push(
        {.name = "sendMessage", .args = args, .reply = ReplyTo(shard, [&answered](const Result<JsonText>& result) {
                                                ENTMOOT_CHECK(result.has_value(), "the room must answer");
                                                ++answered;
                                              })});
  };
  const auto call = [&](int count) {
    answered = 0;
    for (int i = 0; i < count; ++i) send();
    while (answered < count) shard.poll();
  };
  for (int i = 0; i < warm_up; ++i) call(1);
  for (int round = 0; round < rounds; ++round) {
    Samples one, many;
    for (int i = 0; i < calls; ++i) one.add(time([&] { call(1); }));
    for (int i = 0; i < calls / together; ++i) {
      many.add(std::chrono::duration<double, std::micro>(time([&] { call(together); })).count() / together);
    }
    one.report(group, "on its own shard, one at a time", "room");
    many.report(group, "on its own shard, 50 waiting, each", "room");
  }
}

// The same entry into the engine on the thread's own stack, without mailbox, fiber and effects.
void engine_alone() {
  const auto heap = js::TemplateHeap::build(chat_script());
  ENTMOOT_CHECK(heap.has_value(), "the template must build");
  SilentHost host;
  js::RegionArena arena;
  js::Runtime runtime(arena, **heap, {}, host);
  (void)runtime.run({.kind = js::Entry::Kind::evaluate}, 1000);
  std::uint64_t id = 0;
  const auto call = [&] {
    (void)runtime.run({.kind = js::Entry::Kind::invoke, .id = ++id, .text = "sendMessage", .json = message_args}, 1000);
  };
  for (int i = 0; i < warm_up; ++i) call();
  for (int round = 0; round < rounds; ++round) {
    Samples one;
    for (int i = 0; i < calls; ++i) one.add(time(call));
    one.report(group, "the engine's part alone, no fiber", "engine");
  }
  ENTMOOT_CHECK(host.answers() >= id && host.failures() == 0, "the script must answer every call");
}

void fiber_alone() {
  StackPool stacks(js::fiber_stack_bytes);
  Fiber fiber;
  for (int round = 0; round < rounds; ++round) {
    Samples batches;
    for (int i = 0; i < 200; ++i) {
      constexpr int count = 100;
      const auto took = time([&] {
        for (int k = 0; k < count; ++k) {
          fiber.start(
              stacks, [](void*) {}, nullptr);
          fiber.resume();
        }
      });
      batches.add(std::chrono::duration<double, std::micro>(took).count() / count);
    }
    batches.report(group, "a fiber that does nothing", "fiber");
  }
}

// Calls from shard 0 to a room on shard 1, each after the reply to the previous one. Both threads sleep in between, so
// most of the time is two thread wake-ups.
void from_another_shard(const Program& program) {
  Shards shards(2);
  shards.start();
  std::unique_ptr<JsShard> js;
  std::unique_ptr<JsServer> room;
  const auto on = [](Shard& shard, auto f) {
    std::promise<void> done;
    shard.post([&] {
      f();
      done.set_value();
    });
    done.get_future().wait();
  };
  on(shards[1], [&] {
    js = std::make_unique<JsShard>(shards[1]);
    room = std::make_unique<JsServer>(shards[1], *js, chat(program));
  });
  const ActorRef ref = room->ref();

  struct Chain {
    const ActorRef& room;
    Shard& asker;
    Samples samples = {};
    int left = calls / 5;
    std::promise<void> done = {};
    JsonText args = JsonText::trusted(std::string_view(message_args));
    void next() {
      const auto began = std::chrono::steady_clock::now();
      room.send({.name = "sendMessage", .args = args, .reply = ReplyTo(asker, [this, began](const Result<JsonText>&) {
                                                        samples.add(std::chrono::steady_clock::now() - began);
                                                        if (--left > 0) return next();
                                                        done.set_value();
                                                      })});
    }
  };
  for (int round = 0; round < rounds; ++round) {
    Chain chain{ref, shards[0]};
    auto done = chain.done.get_future();
    shards[0].post([&chain] { chain.next(); });
    done.wait();
    on(shards[0], [] {});  // waits for the end of the reply's task
    chain.samples.report(group, "from another shard and back", "room");
  }
  on(shards[1], [&] {
    room.reset();
    js.reset();
  });
  shards.stop_and_join();
}

}  // namespace

void room_call() {
  const Program program = chat_program();
  on_one_shard(program);
  engine_alone();
  fiber_alone();
  from_another_shard(program);
}

}  // namespace bench
