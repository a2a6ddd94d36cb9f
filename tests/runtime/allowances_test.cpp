// SPDX-License-Identifier: MIT

#include "room_bench.hpp"

#include <entmoot/base/log_allowance.hpp>
#include <entmoot/runtime/cpu_share.hpp>

#include <chrono>

using namespace entmoot;
using namespace std::chrono_literals;

TEST_CASE("a room may use its share of ten seconds at once, and then no more than its share") {
  const TimePoint start{};
  CpuShare share(0.5, start);
  share.charge(5s, start + 5s);
  CHECK(share.debt(start + 5s) == Duration::zero());
  share.charge(1s, start + 6s);  // half a second has come in
  const Duration debt = share.debt(start + 6s);
  CHECK(debt > 900ms);
  CHECK(debt < 1100ms);
  CHECK(share.debt(start + 6s + debt) == Duration::zero());
}

TEST_CASE("an idle room accumulates at most ten seconds of its share") {
  const TimePoint start{};
  CpuShare share(0.1, start);
  share.charge(0s, start + 1h);
  share.charge(2s, start + 1h);
  const Duration debt = share.debt(start + 1h);
  CHECK(debt > 9900ms);
  CHECK(debt < 10100ms);
}

TEST_CASE("a whole core is no limit") {
  const TimePoint start{};
  CpuShare share(1, start);
  share.charge(1h, start);
  CHECK(share.debt(start) == Duration::zero());
}

TEST_CASE("a room that has used up its share waits, and then processes its messages") {
  RoomBench bench(1ms);
  const auto program = Program::load("room.js", "function spin() { for (let i = 0; i < 2e6; i++); return 'done'; }");
  REQUIRE(program.has_value());
  Budget budget;
  budget.cpu_share = 0.01;
  budget.turn_cpu = 1h;
  TestRoom& room = bench.open(*program, {}, budget);
  int calls = 0;
  RoomBench::Answer last;
  do {
    last = bench.cast(room, "spin");
    bench.settle(200);
  } while (RoomBench::text(last) == "\"done\"" && ++calls < 1000);
  REQUIRE(calls < 1000);
  CHECK(RoomBench::text(last) == "(no answer)");
  CHECK(room.server->usage().waits > 0);
  CHECK(room.server->usage().mailbox + room.server->calls_pending() == 1);
  for (int i = 0; i < 1000 && RoomBench::text(last) == "(no answer)"; ++i) {
    bench.clock.advance(1h);
    bench.settle(200);
  }
  CHECK(RoomBench::text(last) == "\"done\"");
  CHECK_FALSE(room.exit);
}

TEST_CASE("suppressed log lines are counted, and the count is reported when the allowance has room") {
  const TimePoint start{};
  LogAllowance lines(10, start);
  for (int i = 0; i < 10; ++i) CHECK(lines.take(start));
  for (int i = 0; i < 7; ++i) CHECK_FALSE(lines.take(start));
  CHECK(lines.take_suppressed(start) == 0);
  CHECK_FALSE(lines.take(start + 500ms));
  CHECK(lines.take_suppressed(start + 1s) == 8);
  CHECK(lines.take_suppressed(start + 1s) == 0);
  CHECK(lines.take(start + 2s));
  CHECK_FALSE(lines.take(start + 2s));
}

TEST_CASE("calls that wait for a promise do not fill the heap: the room refuses further ones and lives") {
  RoomBench bench;
  Budget budget{.heap = {.hard = 4 * MiB, .soft = 3 * MiB}};
  budget.pending_calls_max = 10'000;
  budget.mailbox.messages_max = 100'000;
  TestRoom& room = bench.open(R"(
    let wake = []; let answered = 0;
    function ask(x) { return new Promise((resolve) => wake.push(() => resolve(x))); }
    function release() { for (const each of wake.splice(0)) each(); return answered; }
  )",
                              {}, budget);
  int refused = 0;
  std::vector<RoomBench::Answer> answers;
  for (int i = 0; i < 5000; ++i) {
    answers.push_back(bench.cast(room, "ask", R"(["qqqqqqqqqq"])"));
    bench.settle();
  }
  CHECK_FALSE(room.exit.has_value());
  for (const auto& answer : answers) refused += RoomBench::text(answer) == "error: overloaded" ? 1 : 0;
  CHECK(refused > 0);
  CHECK(refused < 4900);
  // It goes on as soon as some of them are answered. The call that releases them has to get in: it is not one too many.
  CHECK(room.server->calls_pending() + static_cast<std::size_t>(refused) == answers.size());
}

TEST_CASE("a few calls that take much more in the heap than as text do not end a room that keeps them") {
  RoomBench bench;
  TestRoom& room = bench.open("const kept = []; function keep(x) { kept.push(x); return new Promise(() => {}); }", {},
                              {.heap = {.hard = 4 * MiB, .soft = 3 * MiB}});
  std::string empty = "[[{}";
  for (int i = 0; i < 5000; ++i) empty += ",{}";
  empty += "]]";
  std::vector<RoomBench::Answer> answers;
  for (int i = 0; i < 15; ++i) {
    answers.push_back(bench.cast(room, "keep", empty));
    bench.settle();
  }
  CHECK_FALSE(room.exit.has_value());
  CHECK(room.server->calls_pending() >= 3);
  CHECK(RoomBench::text(answers.back()) == "error: overloaded");
}

TEST_CASE("a room with much data of its own answers calls one after the other") {
  RoomBench bench;
  TestRoom& room = bench.open(R"(
    const data = []; for (let i = 0; i < 21; ++i) data.push(new Uint8Array(128 * 1024));
    async function ask(x) { await null; return x; }
  )",
                              {}, {.heap = {.hard = 4 * MiB, .soft = 7 * MiB / 2}});
  for (int i = 0; i < 100; ++i) REQUIRE(bench.call(room, "ask", "[1]") == "1");
}

TEST_CASE("an error of a handler is as bounded as an answer, whatever of it the script has written") {
  RoomBench bench;
  Handlers handlers;
  handlers.on("echo", [](const JsonText& args) -> Result<JsonText> {
    return fail(ErrorCode::invalid, std::string(args.view()));
  });
  TestRoom& room = bench.open(R"(
    const long = 'x'.repeat(1e6);
    let errors = [];
    function absent() { for (let i = 0; i < 900; ++i) Beam.call(long).catch((e) => errors.push(e.message.length)); }
    function echo() { for (let i = 0; i < 5; ++i) Beam.call('echo', long).catch((e) => errors.push(e.message.length)); }
    function sync() { try { Beam.callSync(long); } catch (e) { return e.message.length; } }
    function both() { try { Beam.callSync('echo', long); } catch (e) { return e.message.length; } }
    function seen() { return [errors.length, Math.max(...errors.splice(0))]; }
  )",
                              std::move(handlers));
  bench.call(room, "absent");
  CHECK(bench.call(room, "seen") == "[900,143]");
  bench.call(room, "echo");
  CHECK(bench.call(room, "seen") == "[5,1024]");
  CHECK(bench.call(room, "sync") == "143");
  CHECK(bench.call(room, "both") == "255");
}

TEST_CASE("the effects of a turn are released before the next turn, and no faster than their receivers take them") {
  RoomBench bench;
  Handlers handlers;
  std::vector<std::unique_ptr<Outflow::Item>> in_flight;
  handlers.on_channel("out", [&](const JsonText& json) -> Result<void> {
    Effects::release_or_hold([&, bytes = json.view().size()] {
      in_flight.push_back(std::make_unique<Outflow::Item>(Effects::releasing(), bytes));
    });
    return {};
  });
  TestRoom& room = bench.open(R"(
    const out = new BroadcastChannel('out');
    let turns = 0;
    function flood() { for (let i = 0; i < 1000; ++i) out.postMessage('x'.repeat(1000)); return ++turns; }
    function count() { return ++turns; }
  )",
                              std::move(handlers));
  const auto flooded = bench.cast(room, "flood");
  const auto counted = bench.cast(room, "count");
  bench.settle();
  const std::size_t at_first = in_flight.size();
  CHECK(at_first >= Outflow::full_at / 2000);
  CHECK(at_first <= Outflow::full_at / 1000);
  CHECK(RoomBench::text(flooded) == "(no answer)");  // it comes after what the turn has sent
  CHECK(RoomBench::text(counted) == "(no answer)");
  std::size_t sent = 0;
  while (!in_flight.empty()) {
    sent += in_flight.size();
    in_flight.clear();
    bench.settle();
  }
  CHECK(sent == 1000);
  CHECK(RoomBench::text(flooded) == "1");
  CHECK(RoomBench::text(counted) == "2");
}

TEST_CASE("a room that is ended while its effects wait for receivers ends at once") {
  RoomBench bench;
  Handlers handlers;
  std::vector<std::unique_ptr<Outflow::Item>> in_flight;
  handlers.on_channel("out", [&](const JsonText& json) -> Result<void> {
    Effects::release_or_hold([&, bytes = json.view().size()] {
      in_flight.push_back(std::make_unique<Outflow::Item>(Effects::releasing(), bytes));
    });
    return {};
  });
  TestRoom& room = bench.open(R"(
    const out = new BroadcastChannel('out');
    function flood() { for (let i = 0; i < 1000; ++i) out.postMessage('x'.repeat(1000)); }
  )",
                              std::move(handlers));
  const auto flooded = bench.cast(room, "flood");
  bench.settle();
  bench.on_shard([&] { room.server->exit(ExitReason::shutdown()); });
  bench.settle();
  CHECK(room.exit.has_value());
  CHECK(RoomBench::text(flooded).starts_with("error: "));
  in_flight.clear();  // its outflow outlives it
  bench.settle();
}
