// SPDX-License-Identifier: MIT

#include "room_bench.hpp"

#include <entmoot/runtime/cpu_share.hpp>
#include <entmoot/runtime/log_allowance.hpp>

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
