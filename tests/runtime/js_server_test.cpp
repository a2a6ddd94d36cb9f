// SPDX-License-Identifier: MIT

#include "room_bench.hpp"

#include <entmoot/core/worker.hpp>

#include <boost/json/array.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

// QuickBEAM's chat room, as its authors wrote it for the BEAM: globals, types, Beam.callSync.
constexpr auto chat_room = R"(
  interface Message { sender: string; text: string; timestamp: number }
  const state: { messages: Message[] } = { messages: [] };
  function sendMessage(sender: string, text: string): Message {
    const message: Message = { sender, text, timestamp: Date.now() };
    state.messages.push(message);
    Beam.callSync('broadcast', message);
    return message;
  }
  function getHistory(): Message[] { return state.messages; }
  function getState(): { messageCount: number } { return { messageCount: state.messages.length }; }
)";

}  // namespace

TEST_CASE("a chat room answers, keeps its history and broadcasts what it was sent") {
  RoomBench bench;
  std::vector<std::string> broadcasts;
  Handlers handlers;
  handlers.on("broadcast", [&](const JsonText& args) -> Result<JsonText> {
    Effects::release_or_hold([&broadcasts, text = std::string(args.view())] { broadcasts.push_back(text); });
    return JsonText();
  });
  TestRoom& room = bench.open(chat_room, handlers);
  CHECK(bench.call(room, "getHistory") == "[]");
  const std::string message = bench.call(room, "sendMessage", R"(["ann","hello"])");
  CHECK(message.starts_with(R"({"sender":"ann","text":"hello","timestamp":)"));
  CHECK(broadcasts == std::vector{"[" + message + "]"});
  CHECK(bench.call(room, "getHistory") == "[" + message + "]");
  CHECK(bench.call(room, "getState") == R"({"messageCount":1})");
}

TEST_CASE("rooms do not see each other's state, and each draws its own random numbers") {
  RoomBench bench;
  const auto program =
      Program::load("r.js", "let n = 0; function next() { return ++n; } function dice() { return Math.random(); }");
  TestRoom& a = bench.open(*program);
  TestRoom& b = bench.open(*program);
  CHECK(bench.call(a, "next") == "1");
  CHECK(bench.call(a, "next") == "2");
  CHECK(bench.call(b, "next") == "1");
  CHECK(bench.call(a, "dice") != bench.call(b, "dice"));
}

TEST_CASE("effects are released in order when the turn succeeds, and none of them when the script throws") {
  RoomBench bench;
  std::vector<std::string> out;
  Handlers handlers;
  handlers.on_channel("chat", [&](const JsonText& message) -> Result<void> {
    if (message.view() == "5") return fail(ErrorCode::failed, "not five");
    Effects::release_or_hold([&out, text = std::string(message.view())] { out.push_back(text); });
    return {};
  });
  TestRoom& room = bench.open(R"(
    const channel = new BroadcastChannel("chat");
    function good() { channel.postMessage(1); channel.postMessage({ two: 2 }); return "done"; }
    function bad() { channel.postMessage(3); throw new Error("no"); }
    function refused() { try { channel.postMessage(5); } catch (e) { return e.message; } }
  )",
                              handlers);
  CHECK(bench.call(room, "good") == R"("done")");
  CHECK(out == std::vector<std::string>{"1", R"({"two":2})"});
  CHECK(bench.call(room, "bad") == "error: no");
  CHECK(out.size() == 2);
  CHECK(bench.call(room, "refused") == R"("not five")");
  CHECK(bench.call(room, "good") == R"("done")");  // the room lives on
}

TEST_CASE("Beam.call and Beam.callSync: unknown handlers, handlers that throw, handlers that never answer") {
  RoomBench bench;
  Handlers handlers;
  handlers.on("throws", [](const JsonText&) -> Result<JsonText> { throw std::runtime_error("handler broke"); });
  handlers.on("refuses", [](const JsonText&) -> Result<JsonText> { return fail(ErrorCode::unauthorized, "not you"); });
  std::vector<ReplyTo> forgotten;
  handlers.on_later("silent", [&](const JsonText&, ReplyTo reply) { forgotten.push_back(std::move(reply)); });
  handlers.on_later("drops", [](const JsonText&, ReplyTo) {});
  handlers.on_later("throws later", [](const JsonText&, ReplyTo) { throw 5; });
  TestRoom& room = bench.open(R"(
    function sync(name) { try { return Beam.callSync(name); } catch (e) { return e instanceof Error && e.message; } }
    async function later(name) { try { return await Beam.call(name); } catch (e) { return e.message; } }
  )",
                              handlers);
  for (const std::string how : {"sync", "later"}) {
    CAPTURE(how);
    CHECK(bench.call(room, how, R"(["absent"])") == R"("no handler \"absent\": the server does not offer it")");
    CHECK(bench.call(room, how, R"(["throws"])") == R"("handler broke")");
    CHECK(bench.call(room, how, R"(["refuses"])") == R"("not you")");
    for (int i = 0; i < 3; ++i)
      CHECK(bench.call(room, how, R"(["throws later"])") == R"("an exception that is not a std::exception")");
    CHECK(bench.call(room, how, R"(["drops"])") == R"("the process exited before it replied")");
    auto answer = bench.cast(room, how, R"(["silent"])");
    bench.settle();
    CHECK(RoomBench::text(answer) == "(no answer)");
    bench.clock.advance(5s);
    bench.settle();
    CHECK(RoomBench::text(answer) == R"("handler \"silent\" timed out")");
  }
  CHECK_FALSE(room.exit);
}

TEST_CASE("while a room waits in callSync for another thread, the shard's other rooms run") {
  RoomBench bench;
  Worker worker("test-worker");
  ReplyTo held;
  Handlers handlers;
  handlers.on_later("slow", [&](const JsonText&, ReplyTo reply) { held = std::move(reply); });
  TestRoom& waits =
      bench.open("function f() { return Beam.callSync('slow', 1) + 1; } function g() { return 'g'; }", handlers);
  TestRoom& other = bench.open("function g() { return 'other'; }");
  auto first = bench.cast(waits, "f");
  auto second = bench.cast(waits, "g");
  bench.settle();
  CHECK(RoomBench::text(first) == "(no answer)");
  CHECK(RoomBench::text(second) == "(no answer)");  // one message at a time
  CHECK(bench.call(other, "g") == R"("other")");
  REQUIRE(worker.submit([&] { std::move(held)(JsonText::trusted(std::string_view("41"))); }));
  while (!*second) bench.shard.poll();
  CHECK(RoomBench::text(first) == "42");
  CHECK(RoomBench::text(second) == R"("g")");
}

TEST_CASE("a room saves to a file and loads from it through handlers that work on another thread") {
  const auto path = std::filesystem::temp_directory_path() / ("entmoot-save-test-" + std::to_string(::getpid()));
  Worker worker("test-files");
  Handlers handlers;
  handlers.on_later("save", [&](const JsonText& args, ReplyTo reply) {
    REQUIRE(worker.submit([&path, args, reply = std::move(reply)]() mutable {
      std::ofstream(path) << args.parse()->as_array().at(0).as_string().c_str();
      std::move(reply)(JsonText::trusted(std::string_view("true")));
    }));
  });
  handlers.on_later("load", [&](const JsonText&, ReplyTo reply) {
    REQUIRE(worker.submit([&path, reply = std::move(reply)]() mutable {
      std::string text;
      std::getline(std::ifstream(path), text);
      std::move(reply)(JsonText::of(Json(text)));
    }));
  });
  constexpr auto source = R"(
    let notes = [];
    async function restore() { notes = JSON.parse((await Beam.call("load")) || "[]"); return notes.length; }
    async function add(note) { notes.push(note); await Beam.call("save", JSON.stringify(notes)); return notes; }
  )";
  RoomBench bench;
  const auto wait = [&](const RoomBench::Answer& answer) {
    while (!*answer) bench.shard.poll();
    return RoomBench::text(answer);
  };
  TestRoom& first = bench.open(source, handlers);
  CHECK(wait(bench.cast(first, "add", R"(["one"])")) == R"(["one"])");
  CHECK(wait(bench.cast(first, "add", R"(["two"])")) == R"(["one","two"])");
  bench.on_shard([&] { first.server->exit(ExitReason::killed()); });
  TestRoom& second = bench.open(source, handlers);
  CHECK(wait(bench.cast(second, "restore")) == "2");
  std::filesystem::remove(path);
}

TEST_CASE("calls to a promise are answered when it settles; other calls overtake it; the deadline is kept") {
  RoomBench bench;
  TestRoom& room = bench.open(R"(
    function later(ms) { return new Promise((resolve) => setTimeout(() => resolve(ms), ms)); }
    function never() { return new Promise(() => {}); }
    function now() { return "now"; }
  )");
  auto later = bench.cast(room, "later", "[50]");
  auto never = bench.cast(room, "never", "[]", bench.clock.now() + 1s);
  CHECK(bench.call(room, "now") == R"("now")");
  CHECK(RoomBench::text(later) == "(no answer)");
  bench.clock.advance(50ms);
  bench.settle();
  CHECK(RoomBench::text(later) == "50");
  bench.clock.advance(1s);
  bench.settle();
  CHECK(RoomBench::text(never) == "error: timeout");
}

TEST_CASE("intervals repeat and stop; timers of a room that ended do nothing") {
  RoomBench bench;
  TestRoom& room = bench.open(R"(
    let ticks = 0;
    const id = setInterval(() => { if (++ticks === 3) clearInterval(id); }, 10);
    function count() { return ticks; }
  )");
  for (int i = 0; i < 6; ++i) {
    bench.clock.advance(10ms);
    bench.settle();
  }
  CHECK(bench.call(room, "count") == "3");
  TestRoom& killed = bench.open("setInterval(() => {}, 10)");
  bench.settle();
  bench.on_shard([&] { killed.server->exit(ExitReason::killed()); });
  bench.clock.advance(1s);
  bench.settle();
  CHECK(killed.exit->kind == ExitReason::Kind::killed);
}

TEST_CASE("a script that fails at its start ends the room, and its callers get the reason") {
  RoomBench bench;
  TestRoom& room = bench.open("throw new Error('cannot start')");
  auto answer = bench.cast(room, "f");
  bench.settle();
  CHECK(RoomBench::text(answer) == "error: the room failed to start: cannot start");
  REQUIRE(room.exit);
  CHECK(room.exit->kind == ExitReason::Kind::crash);
}

TEST_CASE("an endless loop is sliced, other rooms answer, and the room is dropped at its CPU limit") {
  // Each reading of the clock advances it by 50 µs, so a slice ends after some twenty polls and a second after some
  // 20,000.
  RoomBench bench(50us);
  TestRoom& loops = bench.open("function spin() { while (true) {} }");
  TestRoom& other = bench.open("let n = 0; function g() { return ++n; }");
  auto spin = bench.cast(loops, "spin");
  int answers = 0;
  for (int i = 0; i < 100 && !loops.exit; ++i) {
    auto answer = bench.cast(other, "g");
    for (int round = 0; round < 3; ++round) bench.shard.poll();
    REQUIRE(*answer);
    ++answers;
  }
  CHECK(answers == 100);
  while (!loops.exit) REQUIRE(bench.shard.poll());
  bench.settle();
  CHECK(RoomBench::text(spin) == "error: out of time");
  CHECK(loops.exit == ExitReason::crash(fail(ErrorCode::cpu_limit, "out of time")));
  CHECK(bench.call(other, "g") == "101");
}

TEST_CASE("an endless chain of microtasks ends at its CPU limit or its count, whichever comes first") {
  constexpr auto source = "function chain() { const next = () => Promise.resolve().then(next); next(); return 1; }";
  RoomBench by_clock(50us);
  TestRoom& a = by_clock.open(source);
  auto first = by_clock.cast(a, "chain");
  while (!a.exit) REQUIRE(by_clock.shard.poll());
  by_clock.settle();
  CHECK(RoomBench::text(first) == "error: out of time");

  RoomBench by_count;
  TestRoom& b = by_count.open(source, {}, {.microtasks_max = 10'000});
  CHECK(by_count.call(b, "chain") == "error: too many microtasks");
  CHECK(b.exit == ExitReason::crash(fail(ErrorCode::turn_limit, "too many microtasks")));
}

TEST_CASE(
    "beyond the soft limit a turn fails with an out-of-memory error, and the room survives if a collection frees "
    "enough") {
  RoomBench bench;
  TestRoom& room = bench.open(R"(
    let kept = [];
    function waste() { let local = []; for (;;) local.push({ a: local.length }); }
    function keep() { for (;;) kept.push({ a: kept.length }); }
    function ping() { return "pong"; }
  )",
                              {}, {.heap = {.hard = 4 * MiB, .soft = 3 * MiB}});
  CHECK(bench.call(room, "waste") == "error: out of memory");
  CHECK_FALSE(room.exit);
  CHECK(bench.call(room, "ping") == R"("pong")");
  CHECK(bench.call(room, "keep") == "error: out of memory");
  REQUIRE(room.exit);  // the retained objects still exceed the limit
  CHECK(room.exit == ExitReason::crash(fail(ErrorCode::out_of_memory, "out of memory")));
}

TEST_CASE("an allocation past the hard limit drops the room at once") {
  RoomBench bench;
  TestRoom& room = bench.open("function big() { return 'x'.repeat(1 << 28).length; }");
  CHECK(bench.call(room, "big") == "error: out of memory");
  CHECK(room.exit == ExitReason::crash(fail(ErrorCode::out_of_memory, "out of memory")));
}

TEST_CASE("a turn with too much output is dropped before the output fills the server's memory") {
  RoomBench bench(50us);
  std::size_t out = 0;
  Handlers handlers;
  handlers.on_channel("c", [&](const JsonText&) -> Result<void> {
    Effects::release_or_hold([&out] { ++out; });
    return {};
  });
  TestRoom& room = bench.open(
      "const c = new BroadcastChannel('c'); const s = 'x'.repeat(10000); function pour() { for (;;) c.postMessage(s); "
      "}",
      handlers, {.effects_bytes_max = 1 * MiB});
  CHECK(bench.call(room, "pour") == "error: too much output in one turn");
  CHECK(out == 0);
}

TEST_CASE("a full mailbox answers overloaded and keeps what it had") {
  RoomBench bench(50us);
  TestRoom& room =
      bench.open("function spin() { for (let i = 0; i < 3e6; i++); return 1; }", {}, {.mailbox = {.messages_max = 2}});
  bench.settle();
  std::vector<RoomBench::Answer> answers;
  bench.on_shard([&] {
    for (int i = 0; i < 4; ++i) {
      auto answer = std::make_shared<std::optional<Result<JsonText>>>();
      answers.push_back(answer);
      room.server->ref().mailbox().push(
          {.name = "spin", .reply = ReplyTo(bench.shard, [answer](Result<JsonText> r) { *answer = std::move(r); })});
    }
  });
  bench.settle(100'000);
  CHECK(RoomBench::text(answers[0]) == "1");
  CHECK(RoomBench::text(answers[1]) == "1");
  CHECK(RoomBench::text(answers[2]) == "error: overloaded");
  CHECK(RoomBench::text(answers[3]) == "error: overloaded");
}

TEST_CASE("killing a room in mid-turn answers every caller and releases its resources, a thousand times") {
  RoomBench bench(50us);
  const auto program = Program::load("r.js", "function spin() { for (;;) {} }");
  for (int i = 0; i < 1000; ++i) {
    TestRoom& room = bench.open(*program);
    auto running = bench.cast(room, "spin");
    auto waiting = bench.cast(room, "spin");
    bench.shard.poll();
    bench.on_shard([&] { room.server->exit(ExitReason::killed()); });
    bench.shard.poll();
    REQUIRE(RoomBench::text(running) == "error: killed");
    REQUIRE(RoomBench::text(waiting) == "error: killed");
    REQUIRE(bench.js->stacks.in_use() == 0);
    REQUIRE(bench.js->arena.in_use() == 0);
    bench.on_shard([&] { bench.rooms.clear(); });
  }
}

TEST_CASE("a handler may kill its own room: the turn's frames stay valid") {
  RoomBench bench;
  TestRoom* room = nullptr;
  Handlers handlers;
  handlers.on("suicide", [&](const JsonText&) -> Result<JsonText> {
    room->server->exit(ExitReason::killed());
    return JsonText();
  });
  room = &bench.open("function f() { Beam.callSync('suicide'); return 'still here'; }", handlers);
  CHECK(bench.call(*room, "f") == R"("still here")");
  CHECK(room->exit == ExitReason::killed());
}

TEST_CASE("uncaught errors are counted by kind, and the room survives") {
  RoomBench bench;
  TestRoom& room = bench.open(R"(
    function timer() { setTimeout(() => { throw new Error("timer"); }, 1); }
    function listener() {
      const a = new BroadcastChannel("c"), b = new BroadcastChannel("c");
      b.onmessage = () => { throw new Error("listener"); };
      a.postMessage(1);
    }
    function microtask() { queueMicrotask(() => { throw new Error("microtask"); }); }
    function rejection() { for (let i = 0; i < 3; i++) Promise.reject(i); Promise.reject(4).catch(() => {}); }
    function thrown() { throw new Error("caught by the caller"); }
  )");
  for (const char* name : {"timer", "listener", "microtask", "rejection"}) CHECK(bench.call(room, name) == "null");
  CHECK(bench.call(room, "thrown") == "error: caught by the caller");
  bench.clock.advance(1ms);
  bench.settle();
  const auto usage = room.server->usage();
  CHECK(usage.uncaught.timer_exceptions == 1);
  CHECK(usage.uncaught.listener_exceptions == 1);
  CHECK(usage.uncaught.microtask_exceptions == 1);
  CHECK(usage.uncaught.unhandled_rejections == 3);
  CHECK(usage.failed_turns == 1);
  CHECK_FALSE(room.exit);
}

TEST_CASE("an error's message is limited in length, and cut between two characters") {
  RoomBench bench;
  TestRoom& room = bench.open("function f() { throw new Error('é'.repeat(1e5)); }", {}, {.error_bytes_max = 101});
  CHECK(bench.call(room, "f").size() == std::string("error: ").size() + 100);
}

TEST_CASE("an interval that is faster than its room keeps one place in the queue and no timer of the shard") {
  RoomBench bench;
  TestRoom& room = bench.open("for (let i = 0; i < 500; i++) setInterval(() => {}, 0); function ping() { return 1; }");
  bench.settle();
  bench.on_shard([&] { CHECK(bench.shard.pending_timers() == 500); });
  bench.clock.advance(1s);
  bench.shard.poll();
  CHECK(bench.call(room, "ping") == "1");
  bench.settle();
  CHECK(bench.shard.pending_timers() == 500);  // each ran once
  bench.on_shard([&] { room.server->exit(ExitReason::killed()); });
  CHECK(bench.shard.pending_timers() == 0);
}

TEST_CASE("an effect may end the room of its turn") {
  RoomBench bench;
  TestRoom* room = nullptr;
  Handlers handlers;
  handlers.on("end", [&](const JsonText&) -> Result<JsonText> {
    Effects::release_or_hold([&] { room->server->exit(ExitReason::killed()); });
    return JsonText();
  });
  room = &bench.open("function f() { Beam.callSync('end'); return 'too late'; }", handlers);
  CHECK(bench.call(*room, "f") == "error: killed");
  CHECK(room->exit == ExitReason::killed());
}

TEST_CASE("answers of handlers that wait for a room are limited, in number and in bytes") {
  RoomBench bench;
  Handlers handlers;
  std::size_t asked = 0;
  handlers.on("big", [&](const JsonText&) -> Result<JsonText> {
    ++asked;
    return JsonText::of(Json(std::string(100'000, 'x')));
  });
  handlers.on("small", [&](const JsonText&) -> Result<JsonText> { return JsonText(); });
  TestRoom& room = bench.open(R"(
    let answered = 0, refused = {};
    function ask(what, times) {
      for (let i = 0; i < times; i++) {
        Beam.call(what).then(() => { answered++; }, (error) => { refused[error.message] = (refused[error.message] ?? 0) + 1; });
      }
    }
    function result() { const all = [answered, refused]; answered = 0; refused = {}; return all; }
  )",
                              handlers, {.mailbox = {.bytes_max = 1'000'000}, .handler_calls_max = 50});
  CHECK(bench.call(room, "ask", R"(["big",20])") == "null");
  CHECK(bench.call(room, "result") == R"([9,{"overloaded":11}])");
  CHECK(bench.call(room, "ask", R"(["small",60])") == "null");
  CHECK(bench.call(room, "result") == R"([50,{"too many pending Beam.calls":10}])");
  CHECK(bench.call(room, "ask", R"(["big",5])") == "null");
  CHECK(bench.call(room, "result") == "[5,{}]");
}

TEST_CASE("timers that are due and wait for their room count as timers") {
  RoomBench bench(50us);
  TestRoom& room = bench.open(R"(
    let ran = 0;
    function f() {
      for (let i = 0; i < 10; i++) setTimeout(() => { ran++; }, 1);
      for (let i = 0; i < 3e6; i++);
      setTimeout(() => {}, 1);
    }
    function g() { setTimeout(() => {}, 1); return ran; }
  )",
                              {}, {.timers_max = 10});
  CHECK(bench.call(room, "f") == "error: too many timers");
  CHECK(bench.call(room, "g") == "10");
}
