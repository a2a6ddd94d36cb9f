// SPDX-License-Identifier: MIT

#include "chat_script.hpp"
#include "parts.hpp"
#include "report.hpp"

#include <entmoot/core/shards.hpp>
#include <entmoot/runtime/js_server.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace bench {

using namespace entmoot;

namespace {

constexpr auto group = "wait of a room whose neighbours spin";
constexpr int pings = 150;  // per round

struct Hogs {
  const char* what;
  std::string_view script;
  int count;
};

// The engine polls for interrupts in a JavaScript loop, but never in `join` of a long array-like with holes.
constexpr std::string_view loop = "function run() { for (;;) {} }";
constexpr std::string_view join = "function run() { return [].join.call({ length: 2 ** 53 - 1 }, ''); }";
constexpr Hogs cases[] = {
    {"no neighbour", "", 0},
    {"1, polite: for (;;) {}", loop, 1},
    {"4, polite: for (;;) {}", loop, 4},
    {"1, forced: join in native code", join, 1},
    {"4, forced: join in native code", join, 4},
};

template <class F>
void on(Shard& shard, F f) {
  std::promise<void> done;
  shard.post([&] {
    f();
    done.set_value();
  });
  done.get_future().wait();
}

// The time from sending a message, at a random moment and from a thread that is not a shard's, to the reply on the
// room's shard.
std::chrono::nanoseconds ping(const ActorRef& room) {
  std::promise<std::chrono::steady_clock::time_point> answered;
  auto answer = answered.get_future();
  const auto began = std::chrono::steady_clock::now();
  room.send({.name = "ping", .reply = ReplyTo([&answered](const Result<JsonText>& result) {
                               ENTMOOT_CHECK(result.has_value(), "the room must answer");
                               answered.set_value(std::chrono::steady_clock::now());
                             })});
  return answer.get() - began;
}

void measure(const Hogs& hogs, const Program& good) {
  Shards shards(1);
  shards.start();
  std::unique_ptr<JsShard> js;
  std::vector<std::unique_ptr<JsServer>> rooms;
  const auto open = [&](const Program& program) {
    rooms.push_back(std::make_unique<JsServer>(
        shards[0], *js,
        JsServerOptions{.name = "bench", .program = program, .budget = {.turn_cpu = std::chrono::hours(1)}}));
    return rooms.back()->ref();
  };
  ActorRef room;
  on(shards[0], [&] {
    js = std::make_unique<JsShard>(shards[0]);
    room = open(good);
    if (hogs.count == 0) return;
    const Program bad = load("hog.js", hogs.script);
    for (int i = 0; i < hogs.count; ++i) open(bad).send({.name = "run"});
  });
  std::minstd_rand random(1);
  std::uniform_int_distribution<int> gap_us(200, 5000);
  for (int i = 0; i < 20; ++i) (void)ping(room);
  for (int round = 0; round < rounds; ++round) {
    Samples waits;
    for (int i = 0; i < pings; ++i) {
      std::this_thread::sleep_for(std::chrono::microseconds(gap_us(random)));
      waits.add(std::chrono::duration<double, std::milli>(ping(room)).count());
    }
    waits.report(group, hogs.what, "room", "ms");
  }
  on(shards[0], [&] {
    rooms.clear();
    js.reset();
  });
  shards.stop_and_join();
}

}  // namespace

void neighbour() {
  const Program good = load("good.js", "let n = 0; function ping() { return ++n; }");
  for (const Hogs& hogs : cases) measure(hogs, good);
}

}  // namespace bench
