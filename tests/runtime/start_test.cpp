// SPDX-License-Identifier: MIT

#include "../js/folder.hpp"
#include "room_bench.hpp"

#include <entmoot/js/module_loader.hpp>

#include <chrono>
#include <map>
#include <string>

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

Program program_of(const std::map<std::string, std::string>& files) {
  const Folder folder(files);
  const auto graph = js::ModuleLoader(folder.path()).load("room.ts");
  REQUIRE_MESSAGE(graph.has_value(), graph.error().reason);
  auto program = Program::load(*graph);
  REQUIRE_MESSAGE(program.has_value(), program.error().reason);
  return *program;
}

}  // namespace

TEST_CASE("the server calls the exports of a room's module") {
  RoomBench bench;
  TestRoom& room = bench.open(program_of(
      {{"room.ts", "import { n } from './n'; export const next = () => n + 1;"}, {"n.ts", "export const n = 41;"}}));
  CHECK(bench.call(room, "next") == "42");
  CHECK(bench.call(room, "absent") == "error: the room's script has no function \"absent\"");
}

TEST_CASE("messages wait for a module's top-level await; timers and settled calls do not") {
  RoomBench bench;
  std::optional<ReplyTo> load;
  Handlers handlers;
  handlers.on_later("load", [&](const JsonText&, ReplyTo reply) { load = std::move(reply); });
  TestRoom& room = bench.open(program_of({{"room.ts", R"(
    const loaded = await Beam.call('load');
    await new Promise((done) => setTimeout(done, 100));
    export const get = () => loaded;
  )"}}),
                              handlers);
  const auto answer = bench.cast(room, "get");
  bench.settle();
  CHECK(RoomBench::text(answer) == "(no answer)");
  REQUIRE(load);
  bench.on_shard([&] { std::move (*load)(JsonText::trusted(R"("state")")); });
  bench.settle();
  CHECK(RoomBench::text(answer) == "(no answer)");
  bench.clock.advance(100ms);
  bench.settle();
  CHECK(RoomBench::text(answer) == R"("state")");
  bench.clock.advance(10s);  // the start is behind it
  bench.settle();
  CHECK_FALSE(room.exit);
  CHECK(bench.call(room, "get") == R"("state")");
}

TEST_CASE("a module that does not start in time ends its room, and waiting callers get the reason") {
  RoomBench bench;
  Budget budget;
  budget.start_timeout = 2s;
  TestRoom& room =
      bench.open(program_of({{"room.ts", "await new Promise(() => {}); export const get = () => 1;"}}), {}, budget);
  const auto answer = bench.cast(room, "get");
  bench.clock.advance(1s);
  bench.settle();
  CHECK_FALSE(room.exit);
  bench.clock.advance(1s);
  bench.settle();
  REQUIRE(room.exit);
  CHECK(room.exit->why.reason == "the script did not start in time");
  CHECK(RoomBench::text(answer) == "error: the script did not start in time");
}

TEST_CASE("a module that fails ends its room, at once or after it has awaited") {
  RoomBench bench;
  TestRoom& at_once = bench.open(program_of({{"room.ts", "throw new Error('not today');"}}));
  bench.settle();
  REQUIRE(at_once.exit);
  CHECK(at_once.exit->why.reason == "the room failed to start: not today");

  TestRoom& later = bench.open(
      program_of({{"room.ts", "await new Promise((done) => setTimeout(done, 10)); throw new Error('nor tomorrow');"}}));
  const auto answer = bench.cast(later, "get");
  bench.settle();
  CHECK_FALSE(later.exit);
  bench.clock.advance(10ms);
  bench.settle();
  REQUIRE(later.exit);
  CHECK(later.exit->why.reason == "the room failed to start: nor tomorrow");
  CHECK(RoomBench::text(answer) == "error: the room failed to start: nor tomorrow");
}

TEST_CASE("a module that computes without end, or hoards, while it starts is dropped like any turn") {
  RoomBench bench(1ms);
  Budget budget;
  budget.turn_cpu = 50ms;
  TestRoom& endless = bench.open(program_of({{"room.ts", "for (;;) {}"}}), {}, budget);
  bench.settle(100'000);
  REQUIRE(endless.exit);
  CHECK(endless.exit->why.reason == "out of time");

  RoomBench other;
  TestRoom& hoards =
      other.open(program_of({{"room.ts", "const all = []; for (;;) all.push('x'.repeat(5000) + all.length);"}}));
  other.settle(100'000);
  REQUIRE(hoards.exit);
  CHECK(hoards.exit->why.reason.find("out of memory") != std::string::npos);
}

TEST_CASE("a room that waits for its start can be ended like any other") {
  RoomBench bench;
  TestRoom& room = bench.open(program_of({{"room.ts", "await new Promise((done) => setTimeout(done, 1000));"}}));
  const auto answer = bench.cast(room, "get");
  bench.settle();
  bench.on_shard([&] { room.server->exit(ExitReason::shutdown()); });
  bench.clock.advance(10s);
  bench.settle();
  CHECK(RoomBench::text(answer).starts_with("error: "));
}
