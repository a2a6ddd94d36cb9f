// SPDX-License-Identifier: MIT

#include <entmoot/js/durable_slots.hpp>
#include <entmoot/js/module_loader.hpp>
#include <entmoot/runtime/js_server.hpp>

#include "../js/folder.hpp"
#include "memory_journal.hpp"
#include "room_bench.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

Program program_of(std::string_view source) {
  const Folder folder({{"room.ts", std::string(source)}});
  const auto graph = js::ModuleLoader(folder.path()).load("room.ts");
  REQUIRE_MESSAGE(graph.has_value(), graph.error().reason);
  auto program = Program::load(*graph);
  REQUIRE_MESSAGE(program.has_value(), program.error().reason);
  return *program;
}

// Durable rooms of one program on one medium.
struct DurableBench : RoomBench {
  std::shared_ptr<MemoryStore> store = std::make_shared<MemoryStore>();
  std::optional<Program> program;
  std::vector<std::string> sent;  // what the rooms have posted
  std::vector<ReplyTo> asked;     // calls to the handler "ask"
  Unanswered unanswered;          // by the last room that crashed

  explicit DurableBench(std::string_view source, Duration clock_step = {}) : RoomBench(clock_step) {
    program = program_of(source);
  }

  TestRoom& start(const std::function<Envelope()>& recovered = {}, Budget budget = {}) {
    rooms.push_back(std::make_unique<TestRoom>());
    TestRoom& room = *rooms.back();
    Handlers handlers;
    handlers.on_channel("out", [this](const JsonText& message) -> Result<void> {
      Effects::release_or_hold([this, text = std::string(message.view())] { sent.push_back(text); });
      return {};
    });
    handlers.on("now", [](const JsonText&) -> Result<JsonText> { return JsonText::trusted(std::string_view("41")); });
    handlers.on_later("ask", [this](JsonText, ReplyTo reply) { asked.push_back(std::move(reply)); });
    on_shard([&] {
      room.server = std::make_unique<JsServer>(
          shard, *js,
          JsServerOptions{.name = "test",
                          .program = *program,
                          .handlers = std::move(handlers),
                          .budget = budget,
                          .journal = std::make_unique<MemoryJournal>(shard, store),
                          .recovered = recovered,
                          .unanswered = [this](Unanswered left) { unanswered = std::move(left); },
                          .calls = std::exchange(unanswered.calls, {})});
      room.server->monitor([&room](const ExitReason& reason) { room.exit = reason; });
    });
    settle();
    return room;
  }
  /// The process ends without notice.
  void crash() {
    on_shard([&] {
      for (const auto& room : rooms) room->server.reset();
    });
    settle();
    rooms.clear();
    asked.clear();
    sent.clear();
  }
};

}  // namespace

TEST_CASE("a durable room goes on where it was: variables, closures, generators, Maps, private fields") {
  DurableBench bench(R"(
    const messages: string[] = [];
    const seen = new Map<object, number>();
    const key = {};
    class Counter { #n = 0; next() { return ++this.#n; } }
    const counter = new Counter();
    const numbers = (function* () { let i = 10; while (true) yield i++; })();
    let add = (text: string) => messages.push(text);
    export function say(text: string) {
      add(text);
      const before = add;
      add = (more) => before(more + "!");
      seen.set(key, (seen.get(key) ?? 0) + 1);
      return state();
    }
    export function state() { return [messages, seen.get(key) ?? 0, counter.next(), numbers.next().value]; }
  )");
  TestRoom& first = bench.start();
  CHECK(bench.call(first, "say", R"(["a"])") == R"([["a"],1,1,10])");
  CHECK(bench.call(first, "say", R"(["b"])") == R"([["a","b!"],2,2,11])");
  CHECK(bench.call(first, "say", R"(["c"])") == R"([["a","b!","c!!"],3,3,12])");
  bench.crash();
  TestRoom& second = bench.start();
  CHECK(bench.call(second, "state") == R"([["a","b!","c!!"],3,4,13])");
  CHECK(bench.call(second, "say", R"(["d"])") == R"([["a","b!","c!!","d!!!"],4,5,14])");
}

TEST_CASE("a room that was restarted after every turn is the same as one that never was") {
  const std::string_view source = R"(
    const drawn: unknown[] = [];
    let waiting: ((v: number) => void)[] = [];
    let timers = 0;
    export function turn(n: number) {
      drawn.push(Math.random(), Date.now());
      const bytes = crypto.getRandomValues(new Uint8Array(3));
      drawn.push([...bytes], crypto.randomUUID());
      setTimeout(() => { timers += n; }, n * 10);
      new Promise<number>((resolve) => waiting.push(resolve)).then((v) => drawn.push(v));
      if (n % 3 === 0) { waiting.forEach((w, i) => w(i)); waiting = []; }
      if (n % 4 === 0) throw new Error("four");
      return n;
    }
    export function all() { return [drawn, timers]; }
  )";
  DurableBench restarted(source);
  restarted.start();
  for (int n = 1; n <= 12; ++n) {
    (void)restarted.call(*restarted.rooms.back(), "turn", "[" + std::to_string(n) + "]");
    const auto before = restarted.call(*restarted.rooms.back(), "all");
    restarted.crash();
    restarted.start();
    CHECK(restarted.call(*restarted.rooms.back(), "all") == before);
    restarted.clock.advance(7ms);
    restarted.settle();
  }
}

TEST_CASE("what a turn causes leaves when its record is committed, and in order") {
  DurableBench bench(R"(
    const out = new BroadcastChannel("out");
    export function say(text: string) { out.postMessage(text); return text; }
  )");
  bench.store->commits_at_once = false;
  TestRoom& room = bench.start();
  const auto early = bench.cast(room, "say", R"(["early"])");
  bench.settle();
  CHECK(bench.text(early) == "(no answer)");  // the start is not committed yet
  bench.on_shard([&] { bench.store->commit(); });
  bench.settle();
  bench.on_shard([&] { bench.store->commit(); });
  bench.settle();
  CHECK(bench.text(early) == R"("early")");
  CHECK(bench.sent == std::vector<std::string>{R"("early")"});

  const auto a = bench.cast(room, "say", R"(["a"])");
  const auto b = bench.cast(room, "say", R"(["b"])");
  bench.settle();
  CHECK(bench.text(a) == "(no answer)");
  CHECK(bench.sent.size() == 1);
  CHECK(bench.store->waiting.size() == 2);  // the second turn did not wait for the first commit
  bench.on_shard([&] { bench.store->commit(); });
  bench.settle();
  CHECK(bench.text(a) == R"("a")");
  CHECK(bench.text(b) == R"("b")");
  CHECK(bench.sent == std::vector<std::string>{R"("early")", R"("a")", R"("b")"});
}

TEST_CASE("a relaxed room holds nothing back") {
  DurableBench bench(R"(export function say(text: string) { return text; })");
  bench.store->commits_at_once = false;
  bench.store->holds_back = false;
  TestRoom& room = bench.start();
  CHECK(bench.call(room, "say", R"(["a"])") == R"("a")");
  CHECK(bench.store->waiting.size() == 2);
}

TEST_CASE("the error of a turn that threw waits for its commit too, and what the turn has changed is kept") {
  DurableBench bench(R"(
    let n = 0;
    export function add() { n++; if (n === 2) throw new Error("two"); return n; }
  )");
  TestRoom& room = bench.start();
  CHECK(bench.call(room, "add") == "1");
  bench.store->commits_at_once = false;
  const auto failed = bench.cast(room, "add");
  bench.settle();
  CHECK(bench.text(failed) == "(no answer)");
  bench.on_shard([&] { bench.store->commit(); });
  bench.settle();
  CHECK(bench.text(failed) == "error: two");
  bench.store->commits_at_once = true;
  bench.crash();
  CHECK(bench.call(bench.start(), "add") == "3");
}

TEST_CASE("if the journal fails, the room ends, and nothing that was not kept has left") {
  DurableBench bench(R"(
    const out = new BroadcastChannel("out");
    let n = 0;
    export function add() { out.postMessage(++n); return n; }
  )");
  TestRoom& room = bench.start();
  CHECK(bench.call(room, "add") == "1");
  bench.store->commits_at_once = false;
  const auto lost = bench.cast(room, "add");
  bench.settle();
  bench.on_shard([&] { bench.store->fail(fail(ErrorCode::io, "the disk is full")); });
  bench.settle();
  CHECK(bench.text(lost) == "error: the disk is full");
  CHECK(bench.sent == std::vector<std::string>{"1"});
  REQUIRE(room.exit);
  bench.store->commits_at_once = true;
  bench.crash();
  TestRoom& next = bench.start();
  bench.store->refuses = fail(ErrorCode::unavailable, "the disk is full");
  CHECK(bench.call(next, "add") == "error: the disk is full");
  bench.store->refuses.reset();
  CHECK(bench.call(next, "add") == "2");
}

TEST_CASE("a turn that ends the room is not kept: the next room has the state before it") {
  DurableBench bench(R"(
    let n = 0;
    const kept: string[] = [];
    export function add() { return ++n; }
    export function spin() { n = 100; for (;;); }
    export function hoard() { n = 200; for (;;) kept.push("x".repeat(100_000) + n++); }
  )",
                     1us);
  for (const char* bad : {"spin", "hoard"}) {
    CAPTURE(bad);
    TestRoom& room = bench.start({}, {.heap = {.hard = 4u << 20, .soft = 3u << 20}, .turn_cpu = 20ms});
    const std::string before = bench.call(room, "add");
    const auto answer = bench.cast(room, bad);
    for (int i = 0; i < 100'000 && !room.exit; ++i) bench.settle(10);
    CHECK(room.exit.has_value());
    bench.crash();
    CHECK(bench.call(bench.start(), "add") == std::to_string(std::stoi(before) + 1));
    bench.crash();
  }
}

TEST_CASE("timers go on: one that became due meanwhile fires at once, an interval keeps running") {
  DurableBench bench(R"(
    const fired: string[] = [];
    export function begin() {
      setTimeout(() => fired.push("soon"), 1000);
      setTimeout(() => fired.push("late"), 60_000);
      setInterval(() => fired.push("tick"), 5000);
      clearTimeout(setTimeout(() => fired.push("never"), 1000));
    }
    export function list() { return fired; }
    export function again() { return setTimeout(() => {}, 1); }
  )");
  (void)bench.call(bench.start(), "begin");
  bench.crash();
  bench.clock.advance(2s);
  TestRoom& room = bench.start();
  CHECK(bench.call(room, "list") == R"(["soon"])");
  bench.clock.advance(3s);
  bench.settle();
  CHECK(bench.call(room, "list") == R"(["soon","tick"])");
  CHECK(bench.call(room, "again") == "5");
  bench.clock.advance(56s);
  bench.settle();
  CHECK(bench.call(room, "list").find("late") != std::string::npos);
}

TEST_CASE("a call to a handler that was pending is answered with an error, and the promise settles") {
  DurableBench bench(R"(
    let result = "pending";
    export function begin() { Beam.call("ask").then((v: string) => { result = v; }, (e: Error) => { result = e.message; }); }
    export function state() { return result; }
    export function wait() { return Beam.callSync("now") + 1; }
  )");
  TestRoom& room = bench.start();
  CHECK(bench.call(room, "wait") == "42");
  (void)bench.call(room, "begin");
  CHECK(bench.asked.size() == 1);
  bench.crash();
  TestRoom& next = bench.start();
  CHECK(bench.call(next, "state") == R"("the server was restarted before the answer arrived")");
  CHECK(bench.call(next, "wait") == "42");
}

TEST_CASE("a handler is asked when the turn that asks is committed") {
  DurableBench bench(R"(
    const results: string[] = [];
    const ask = () => Beam.call("ask").then((v: string) => { results.push(v); }, (e: Error) => { results.push(e.message); });
    export function begin() { ask(); }
    export function fail() { ask(); throw new Error("no"); }
    export function state() { return results; }
  )");
  TestRoom& room = bench.start();
  bench.store->commits_at_once = false;
  (void)bench.call(room, "begin");
  CHECK(bench.asked.empty());
  bench.on_shard([&] { bench.store->commit(); });
  bench.settle();
  REQUIRE(bench.asked.size() == 1);
  bench.store->commits_at_once = true;
  CHECK(bench.call(room, "fail") == "error: no");
  CHECK(bench.asked.size() == 1);
  CHECK(bench.call(room, "state") == R"(["the turn that made this call has failed: its effects were dropped"])");
}

TEST_CASE("the first message after a recovery is the server's; a new room gets none") {
  DurableBench bench(R"(
    const got: string[] = [];
    export function hello(who: string) { got.push(who); }
    export function list() { return got; }
  )");
  const auto greet = [] {
    return Envelope{.name = "hello", .args = JsonText::trusted(std::string_view(R"(["server"])"))};
  };
  CHECK(bench.call(bench.start(greet), "list") == "[]");
  bench.crash();
  CHECK(bench.call(bench.start(greet), "list") == R"(["server"])");
  bench.crash();
  CHECK(bench.call(bench.start(greet), "list") == R"(["server","server"])");
}

TEST_CASE("a module with a pending top-level await continues after a recovery") {
  DurableBench bench(R"(
    const answer = await new Promise<string>((resolve) => setTimeout(() => resolve("up"), 1000));
    export function state() { return answer; }
  )");
  bench.start();
  bench.crash();
  TestRoom& room = bench.start();
  const auto state = bench.cast(room, "state");
  bench.settle();
  CHECK(bench.text(state) == "(no answer)");
  bench.clock.advance(1s);
  bench.settle();
  CHECK(bench.text(state) == R"("up")");
}

TEST_CASE("other code that does something else is noticed, and the turn is named") {
  DurableBench bench(R"(
    const out = new BroadcastChannel("out");
    export function say(text: string) { out.postMessage(text); return text; }
  )");
  (void)bench.call(bench.start(), "say", R"(["a"])");
  bench.crash();
  bench.program = program_of(R"(
    const out = new BroadcastChannel("out");
    export function say(text: string) { out.postMessage(text + "?"); return text; }
  )");
  TestRoom& room = bench.start();
  REQUIRE(room.exit);
  CHECK(room.exit->why.reason.find("something else in turn 2") != std::string::npos);
}

TEST_CASE("a damaged record is an error, and not a loss of those before it in silence") {
  DurableBench bench(R"(export function say(text: string) { return text; })");
  (void)bench.call(bench.start(), "say", R"(["a"])");
  bench.crash();
  bench.store->records.back().pop_back();
  TestRoom& room = bench.start();
  REQUIRE(room.exit);
  CHECK(room.exit->why.reason.find("turn 2 in the journal") != std::string::npos);
}

TEST_CASE(
    "a room that goes on from its saved state is the same as one that replays its turns, and as one that never ended") {
  const std::string_view source = R"(
    const drawn: unknown[] = [];
    const seen = new Map<object, number>();
    const keys: object[] = [];
    let waiting: ((v: number) => void)[] = [];
    let timers = 0;
    class Secret { #n = 0; add(n: number) { this.#n += n; return this.#n; } }
    const secret = new Secret();
    const numbers = (function* () { for (let i = 0; ; i++) yield i; })();
    async function slow(n: number) { const v = await new Promise<number>((resolve) => waiting.push(resolve)); drawn.push([n, v]); }
    export function turn(n: number) {
      const key = {};
      keys.push(key);
      seen.set(key, n);
      drawn.push(Math.random(), Date.now(), secret.add(n), numbers.next().value, new URL("http://a/" + n).pathname);
      setTimeout(() => { timers += n; }, n * 10);
      slow(n);
      if (n % 3 === 0) { waiting.forEach((w, i) => w(i)); waiting = []; }
      if (n % 5 === 0) throw new Error("five");
      return n;
    }
    export function all() { return [drawn, timers, keys.map((k) => seen.get(k)), seen.size]; }
  )";
  DurableBench bench(source);
  bench.start();
  for (int n = 1; n <= 12; ++n) {
    CAPTURE(n);
    (void)bench.call(*bench.rooms.back(), "turn", "[" + std::to_string(n) + "]");
    const auto before = bench.call(*bench.rooms.back(), "all");
    bench.on_shard([&] { bench.rooms.back()->server->save(); });
    bench.settle();
    const bool saves = js::DurableSlots::available();
    CHECK(bench.store->saved.empty() == !saves);
    bench.crash();
    if (saves) {  // from the saved state alone
      CHECK(bench.store->saved.front().turns == bench.store->records.size());
      CHECK(bench.call(bench.start(), "all") == before);
      bench.crash();
    }
    bench.store->saved.clear();  // from the turns alone
    CHECK(bench.call(bench.start(), "all") == before);
    bench.clock.advance(7ms);
    bench.settle();
  }
}

TEST_CASE("a saved state that is damaged is not used: the one before it is, or the turns alone") {
  if (!js::DurableSlots::available()) return;
  DurableBench bench(R"(
    const list: string[] = [];
    export function add(text: string) { list.push(text); return list; }
  )");
  TestRoom& room = bench.start();
  for (const char* text : {R"(["a"])", R"(["b"])", R"(["c"])"}) {
    (void)bench.call(room, "add", text);
    bench.on_shard([&] { room.server->save(); });
  }
  bench.crash();
  REQUIRE(bench.store->saved.size() >= 2);
  bench.store->saved.front().bytes[200] ^= 1;
  CHECK(bench.call(bench.start(), "add", R"(["d"])") == R"(["a","b","c","d"])");
  bench.crash();
  for (SavedState& saved : bench.store->saved) saved.bytes.resize(saved.bytes.size() / 2);
  bench.store->saved.push_back({0, ""});
  CHECK(bench.call(bench.start(), "add", R"(["e"])") == R"(["a","b","c","d","e"])");
}

TEST_CASE("a room is saved by itself when its turns would take long to replay") {
  if (!js::DurableSlots::available()) return;
  DurableBench bench(R"(
    let sum = 0;
    export function add(text: string) { sum += text.length; return sum; }
  )");
  TestRoom& room = bench.start();
  CHECK(bench.call(room, "add", R"(["a"])") == "1");
  CHECK(bench.store->saved.empty());
  CHECK(bench.call(room, "add", "[\"" + std::string(20'000, 'x') + "\"]") == "20001");
  CHECK(bench.store->saved.size() == 1);
  CHECK(bench.call(room, "add", R"(["a"])") == "20002");
  CHECK(bench.store->saved.size() == 1);
  bench.crash();
  CHECK(bench.call(bench.start(), "add", R"(["a"])") == "20003");
}

TEST_CASE("a crash answers the call that caused it; others are left to the next room, pending promises included") {
  DurableBench bench(R"(
    let resolve: (v: string) => void;
    export function wait() { return new Promise<string>((r) => { resolve = r; }); }
    export function spin() { for (;;); }
    export function go() { resolve("went"); return "gone"; }
  )",
                     1us);
  const Budget budget{.turn_cpu = 20ms};
  TestRoom& room = bench.start({}, budget);
  const auto waits = bench.cast(room, "wait");
  bench.settle();
  const auto spins = bench.cast(room, "spin");
  const auto queued = bench.cast(room, "go");
  for (int i = 0; i < 100'000 && !room.exit; ++i) bench.settle(10);
  REQUIRE(room.exit);
  CHECK(bench.text(spins) == "error: out of time");
  CHECK(bench.text(waits) == "(no answer)");
  CHECK(bench.text(queued) == "(no answer)");
  REQUIRE(bench.unanswered.messages.size() == 1);
  REQUIRE(bench.unanswered.calls.size() == 1);
  TestRoom& next = bench.start({}, budget);
  bench.on_shard([&] { next.server->ref().mailbox().push(std::move(bench.unanswered.messages.front())); });
  bench.settle();
  CHECK(bench.text(queued) == R"("gone")");
  CHECK(bench.text(waits) == R"("went")");
}
