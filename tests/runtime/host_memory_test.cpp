// SPDX-License-Identifier: MIT
//
// What the server holds for a room outside its heap is charged to one account (Budget::host_bytes_max), whatever it is,
// and is returned.

#include "room_bench.hpp"

#include <entmoot/base/bytes.hpp>

#include <chrono>
#include <string>
#include <vector>

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t limit = 256 * KiB;

Budget small() {
  Budget budget;
  budget.host_bytes_max = limit;
  return budget;
}

std::size_t held(const TestRoom& room) { return room.server->usage().host_bytes; }

}  // namespace

TEST_CASE("queued messages are held on the room's account, which refuses further ones when it is full") {
  RoomBench bench;
  TestRoom& room = bench.open("function f(x) { return x.length; }", {}, small());
  bench.settle();
  const std::string args = "[\"" + std::string(40'000, 'x') + "\"]";
  int answered = 0;
  int refused = 0;
  bench.on_shard([&] {
    for (int i = 0; i < 10; ++i) {
      room.server->ref().mailbox().push({.name = "f",
                                         .args = JsonText::trusted(args),
                                         .reply = ReplyTo([&](const Result<JsonText>& result) {
                                           answered += result && result->view() == "40000" ? 1 : 0;
                                           refused += !result && result.error().code == ErrorCode::overloaded ? 1 : 0;
                                         })});
    }
  });
  bench.settle();
  CHECK(answered == 6);
  CHECK(refused == 4);
  CHECK(held(room) == 0);
  CHECK(bench.call(room, "f", args) == "40000");
}

TEST_CASE("a turn whose output exceeds the account ends its room, although the limit of output is larger") {
  RoomBench bench;
  Handlers handlers;
  handlers.on_channel("c", [](const JsonText&) -> Result<void> { return {}; });
  TestRoom& room = bench.open(R"(
    const c = new BroadcastChannel('c'); const text = 'x'.repeat(10000);
    function send(n) { for (let i = 0; i < n; i++) c.postMessage(text); return n; }
  )",
                              std::move(handlers), small());
  CHECK(bench.call(room, "send", "[20]") == "20");
  CHECK(held(room) == 0);
  CHECK(bench.call(room, "send", "[30]") == "error: too much memory outside its heap (limit `hostMemory`)");
  CHECK(room.exit.has_value());
}

TEST_CASE("arguments of calls to handlers are held until the answer, and answers until the script gets them") {
  RoomBench bench;
  std::vector<ReplyTo> replies;
  Handlers handlers;
  handlers.on_later("later", [&](const JsonText&, ReplyTo reply) { replies.push_back(std::move(reply)); });
  TestRoom& room = bench.open(R"(
    const long = 'x'.repeat(50000);
    let settled = [];
    function ask(n) {
      for (let i = 0; i < n; i++) Beam.call('later', long).then((x) => settled.push(x.length), (e) => settled.push(e.message));
    }
    function refusals() { return settled.splice(0).filter((each) => String(each).includes("limit `hostMemory`")).length; }
    function seen() { return settled.splice(0); }
  )",
                              std::move(handlers), small());
  bench.call(room, "ask", "[4]");
  CHECK(held(room) > 200'000);
  bench.call(room, "ask", "[4]");
  bench.settle();
  CHECK(replies.size() == 5);  // the account has no room for further ones
  CHECK(bench.call(room, "refusals") == "3");
  bench.on_shard([&] {
    for (ReplyTo& reply : replies) std::move(reply)(JsonText::trusted("\"" + std::string(30'000, 'y') + "\""));
  });
  bench.settle();
  CHECK(bench.call(room, "seen") == "[30000,30000,30000,30000,30000]");
  CHECK(held(room) == 0);
}

TEST_CASE("timers are held on the account, and those that have fired or were cleared are not") {
  RoomBench bench;
  Budget budget = small();
  budget.timers_max = 1'000'000;
  TestRoom& room = bench.open(R"(
    let ids = [];
    function start(n) { try { for (let i = 0; i < n; i++) ids.push(setTimeout(() => {}, 1000)); } catch (e) { return e.message; } return ids.length; }
    function stop() { for (const id of ids.splice(0)) clearTimeout(id); }
  )",
                              {}, budget);
  CHECK(bench.call(room, "start", "[500]") == "500");
  CHECK(held(room) > 100'000);
  CHECK(bench.call(room, "start", "[1000]") == "\"too many timers\"");
  bench.call(room, "stop");
  CHECK(held(room) == 0);
  CHECK(bench.call(room, "start", "[500]") == "500");
  bench.on_shard([&] { bench.clock.advance(2s); });
  bench.settle();
  CHECK(held(room) == 0);
}

TEST_CASE("calls that wait for a promise are held until they are answered") {
  RoomBench bench;
  TestRoom& room = bench.open(R"(
    let wake = [];
    function ask() { return new Promise((resolve) => wake.push(resolve)); }
    function release() { for (const each of wake.splice(0)) each(1); }
  )",
                              {}, small());
  for (int i = 0; i < 100; ++i) bench.cast(room, "ask");
  bench.settle();
  CHECK(held(room) > 50'000);
  bench.call(room, "release");
  CHECK(held(room) == 0);
}

TEST_CASE("a room that ends returns everything that was held for it") {
  RoomBench bench;
  const auto account = std::make_shared<MemoryAccount>(limit);
  std::vector<ReplyTo> replies;
  Handlers handlers;
  handlers.on_later("later", [&](const JsonText&, ReplyTo reply) { replies.push_back(std::move(reply)); });
  const auto program = Program::load("room.js", R"(
    function fill() { Beam.call('later', 'x'.repeat(1000)); setTimeout(() => {}, 1000); return new Promise(() => {}); }
  )");
  REQUIRE(program.has_value());
  std::unique_ptr<JsServer> server;
  bench.on_shard([&] {
    server = std::make_unique<JsServer>(
        bench.shard, *bench.js,
        JsServerOptions{.name = "test", .program = *program, .handlers = std::move(handlers), .account = account});
  });
  bench.settle();
  bench.on_shard([&] {
    for (int i = 0; i < 10; ++i) server->ref().mailbox().push({.name = "fill"});
  });
  bench.settle();
  bench.on_shard([&] {
    for (int i = 0; i < 10; ++i) server->ref().mailbox().push({.name = "fill"});
    CHECK(account->used() > 10'000);
    server->exit(ExitReason::killed("enough"));
    CHECK(account->used() == 0);
    server.reset();
  });
  replies.clear();
  bench.settle();
  CHECK(account->used() == 0);
}

TEST_CASE("one client can have a quarter of the calls that wait for a promise, and others are still served") {
  RoomBench bench;
  Budget budget;
  budget.pending_calls_max = 40;
  TestRoom& room =
      bench.open("function ask() { return new Promise(() => {}); } function hi() { return 1; }", {}, budget);
  bench.settle();
  int refused = 0;
  const auto ask = [&](std::uint64_t sender, std::string name) {
    auto answer = std::make_shared<std::optional<Result<JsonText>>>();
    bench.on_shard([&] {
      room.server->ref().mailbox().push(
          {.name = std::move(name), .sender = sender, .reply = ReplyTo([answer](Result<JsonText> result) {
                                                        *answer = std::move(result);
                                                      })});
    });
    bench.settle();
    return answer;
  };
  for (int i = 0; i < 30; ++i) refused += ask(1, "ask")->has_value() ? 1 : 0;
  CHECK(refused == 20);
  CHECK_FALSE(ask(2, "ask")->has_value());
  const auto served = ask(2, "hi");
  REQUIRE(served->has_value());
  CHECK(served->value().has_value());
}
