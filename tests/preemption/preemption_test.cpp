// SPDX-License-Identifier: MIT

// Rooms that never give the thread back, on real threads and real time, switched out by force where the engine does not
// poll. Only in builds without a sanitizer (core/slicer.hpp says why). Nothing here is timed: every wait is for a
// condition.

#include <entmoot/core/shards.hpp>
#include <entmoot/runtime/js_server.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <fstream>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <unistd.h>

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

struct Hostile {
  const char* what;
  const char* script;
  const char* limit = "error: out of time";  // which one ends it
};

const Hostile hostile[] = {
    {"an endless loop", "function run() { while (true) {} }"},
    {"join of an array-like without end", "function run() { return [].join.call({ length: 2 ** 53 - 1 }, ''); }"},
    {"a search that is quadratic",
     "function run() { for (;;) 'a'.repeat(1 << 20).indexOf('a'.repeat(1 << 19) + 'b'); }"},
    {"a loop that allocates",
     "function run() { const a = []; for (;;) { a.push('x'.repeat(1000)); if (a.length > 5000) a.length = 0; } }"},
    {"microtasks without end",
     "function run() { const next = () => { Promise.resolve().then(next); }; next(); return new Promise(() => {}); }"},
    {"reverse of an array-like without end", "function run() { return [].reverse.call({ length: 2 ** 53 - 1 }); }"},
    {"sort of an array-like without end", "function run() { return [].sort.call({ length: 2 ** 53 - 1 }); }"},
    {"String.raw without end", "function run() { return String.raw({ raw: { length: 2 ** 53 - 1 } }); }",
     "error: out of memory"},
    {"a BigInt of a million digits", "function run() { for (;;) (2n ** 1000000n).toString(); }"},
    {"a regular expression that backtracks", "function run() { return /^(a+)+$/.test('a'.repeat(60) + 'b'); }"},
    {"a getter without end, below JSON.stringify", "function run() { return { get x() { for (;;) {} } }; }"},
    {"a toString without end, as a broadcast's name",
     "function run() { new BroadcastChannel({ toString() { for (;;) {} } }); }"},
};

Program load(const char* script) {
  auto program = Program::load("r.js", script);
  REQUIRE(program.has_value());
  return *program;
}

// What one shard of the test has; touched on its thread.
struct Side {
  explicit Side(Shard& shard) : js(shard) {}
  JsShard js;
  std::vector<std::unique_ptr<JsServer>> rooms;
};

struct Machine {
  Shards shards{2};
  std::vector<std::unique_ptr<Side>> sides;

  Machine() {
    shards.start();
    for (std::size_t i = 0; i < shards.size(); ++i) {
      on(i, [&] { sides.push_back(std::make_unique<Side>(shards[i])); });
    }
  }
  ~Machine() {
    for (std::size_t i = 0; i < shards.size(); ++i) on(i, [&] { sides[i].reset(); });
    shards.stop_and_join();
  }

  /// Runs on a shard's thread and waits for it.
  template <class F>
  void on(std::size_t shard, F f) {
    std::promise<void> done;
    shards[shard].post([&] {
      f();
      done.set_value();
    });
    done.get_future().wait();
  }
  ActorRef open(std::size_t shard, const Program& program, Budget budget = {}) {
    ActorRef ref;
    on(shard, [&] {
      auto& rooms = sides[shard]->rooms;
      rooms.push_back(std::make_unique<JsServer>(
          shards[shard], sides[shard]->js, JsServerOptions{.name = "test", .program = program, .budget = budget}));
      ref = rooms.back()->ref();
    });
    return ref;
  }
  static std::future<std::string> call(const ActorRef& room, std::string name) {
    auto promise = std::make_shared<std::promise<std::string>>();
    auto answer = promise->get_future();
    room.send({.name = std::move(name), .reply = ReplyTo([promise](Result<JsonText> result) {
                                          promise->set_value(result ? std::string(result->view())
                                                                    : "error: " + result.error().reason);
                                        })});
    return answer;
  }
};

std::size_t resident_bytes() {
  std::size_t all = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

TEST_CASE("rooms that never end are sliced by force: their neighbours answer, and each is ended at its limit") {
  Machine machine;
  const Program good = load("let n = 0; function ping() { return ++n; }");
  for (const Hostile& h : hostile) {
    CAPTURE(std::string(h.what));
    const Program bad = load(h.script);
    std::vector<std::future<std::string>> ends;
    std::vector<ActorRef> neighbours;
    for (std::size_t shard = 0; shard < machine.shards.size(); ++shard) {
      neighbours.push_back(machine.open(shard, good));
      // Two at once, so that a slice taken from one goes to the other too.
      for (int i = 0; i < 2; ++i) {
        ends.push_back(Machine::call(machine.open(shard, bad, {.turn_cpu = 100ms}), "run"));
      }
    }
    int answered = 0;
    const auto ended = [&] {
      for (const auto& end : ends) {
        if (end.wait_for(0s) != std::future_status::ready) return false;
      }
      return true;
    };
    while (!ended()) {
      for (const ActorRef& neighbour : neighbours)
        CHECK(Machine::call(neighbour, "ping").get() == std::to_string(answered + 1));
      ++answered;
    }
    CHECK(answered >= 3);  // they get their turns between the hogs' slices of a millisecond
    for (auto& end : ends) CHECK(end.get() == h.limit);
    for (std::size_t shard = 0; shard < machine.shards.size(); ++shard) {
      machine.on(shard, [&] {
        machine.sides[shard]->rooms.clear();
        CHECK(machine.sides[shard]->js.arena.in_use() == 0);
        CHECK(machine.sides[shard]->js.stacks.in_use() == 0);
      });
    }
  }
  std::uint64_t forced = 0;
  for (std::size_t shard = 0; shard < machine.shards.size(); ++shard) {
    machine.on(shard, [&] { forced += machine.sides[shard]->js.slicer.counters().forced; });
  }
  CHECK(forced > 100);
}

TEST_CASE("a thousand rooms dropped in the middle of native code leave nothing behind") {
  Machine machine;
  const Program joins = load("function run() { return [].join.call({ length: 2 ** 53 - 1 }, ''); }");
  const Program loops = load("function run() { for (;;) {} }");
  const auto drop = [&](int count) {
    for (int i = 0; i < count; ++i) {
      std::vector<std::future<std::string>> ends;
      for (std::size_t shard = 0; shard < 2; ++shard) {
        ends.push_back(Machine::call(machine.open(shard, i % 2 ? joins : loops, {.turn_cpu = 1ms}), "run"));
      }
      for (auto& end : ends) REQUIRE(end.get() == "error: out of time");
      for (std::size_t shard = 0; shard < 2; ++shard) {
        machine.on(shard, [&] { machine.sides[shard]->rooms.clear(); });
      }
    }
  };
  drop(20);
  const std::size_t before = resident_bytes();
  drop(500);
  CHECK(resident_bytes() < before + 8 * MiB);
  for (std::size_t shard = 0; shard < 2; ++shard) {
    machine.on(shard, [&] {
      CHECK(machine.sides[shard]->js.arena.in_use() == 0);
      CHECK(machine.sides[shard]->js.stacks.in_use() == 0);
    });
  }
}

TEST_CASE("a room that is preempted by force resumes where it was, a hundred times") {
  Machine machine;
  // Native sorts and joins of honest size, many slices long: the results show that nothing was lost at a switch.
  const Program program = load(R"(
    function run() {
      let sum = 0;
      for (let i = 0; i < 40; i++) {
        const list = Array.from({ length: 20000 }, (_, k) => (k * 7919) % 20011);
        list.sort((a, b) => a - b);
        const text = list.join('');
        sum = (sum * 31 + text.length + list[10000] + 'a'.repeat(2000).indexOf('a'.repeat(1000) + 'b')) % 1000003;
      }
      return sum;
    }
  )");
  std::vector<std::future<std::string>> results;
  for (int i = 0; i < 6; ++i) {
    results.push_back(Machine::call(machine.open(static_cast<std::size_t>(i) % 2, program, {.turn_cpu = 60s}), "run"));
  }
  const std::string first = results[0].get();
  CHECK_FALSE(first.starts_with("error"));
  for (std::size_t i = 1; i < results.size(); ++i) CHECK(results[i].get() == first);
}
