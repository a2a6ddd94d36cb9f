// SPDX-License-Identifier: MIT
//
// Rooms that are terminated, and the limits of rooms.

#include "app_bench.hpp"

#include <chrono>
#include <string>

using namespace entmoot_app;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view moody = R"(
  let n = 0;
  export const join = () => ({n: n++});
  export function handleIn(event, payload, client) {
    room.broadcast("before", {});
    if (event === "loop") for (;;);
    if (event === "memory") { const all = []; for (;;) all.push(new Uint8Array(100000)); }
    if (event === "microtasks") (function again() { Promise.resolve().then(again); })();
    if (event === "output") for (let i = 0; i < 20; i++) client.push("x", {text: "x".repeat(100000)});
    if (event === "stop") room.stop("enough");
    if (event === "stack") (function deeper() { deeper(); })();
    if (event === "never") return new Promise(() => {});
  }
)";

}  // namespace

TEST_CASE("a terminated room ends its channels, and its clients join a new room") {
  for (const std::string event : {"loop", "memory", "microtasks", "output"}) {
    CAPTURE(event);
    AppBench bench(moody, R"({limits: {turn: "50ms", heap: "4MB", microtasks: 1000, output: "1MB"}})");
    Person ann(bench);
    Person bob(bench, 1);
    CHECK(ann.join("room:a") == R"(ok {"n":0})");
    CHECK(bob.join("room:a") == R"(ok {"n":1})");
    const auto waits = bob.asks("room:a", "never");
    bench.settle();
    (void)ann.news();
    (void)bob.news();
    const auto reply = ann.push("room:a", event);
    CHECK(reply.starts_with(R"(error {"reason":")"));
    CHECK(bob.reply(waits) == reply);
    CHECK(ann.news() == Texts{R"(room:a phx_error {"reason":"channel_crash"})"});
    CHECK(bob.news() == Texts{R"(room:a phx_error {"reason":"channel_crash"})"});
    CHECK(ann.connected());
    CHECK(bench.about("room:a", "failures") == "1");
    CHECK(bench.rooms() == Texts{"room:a running 0"});
    CHECK(ann.join("room:a") == R"(ok {"n":0})");
    CHECK(bob.join("room:a") == R"(ok {"n":1})");
  }
}

TEST_CASE("an error that the engine survives is answered as an error of the message") {
  AppBench bench(moody);
  Person ann(bench);
  (void)ann.join("room:a");
  CHECK(ann.push("room:a", "stack").find("call stack") != std::string::npos);
  CHECK(ann.news().empty());
  CHECK(ann.push("room:a", "x") == "ok {}");
}

TEST_CASE("exceptions of the room object's functions are logged with the line of the call") {
  AppBench bench(R"(
    export async function handleIn(event, payload, client) {
      if (event === "broadcast") room.broadcast("x", [1]);
      if (event === "push") client.push("x", 1);
      if (event === "url") new URL("nowhere");
      if (event === "request") await fetch("nowhere");
      if (event === "fetch") await fetch("http://localhost:1/");
      if (event === "later") { await null; await fetch("http://localhost:1/"); }
      if (event === "beam") await Beam.call("nobody");
      if (event === "sort") [2, 1].sort(() => atob("?"));
    }
  )");
  Person ann(bench);
  (void)ann.join("room:a");
  int line = 2;
  for (const std::string event : {"broadcast", "push", "url", "request", "fetch", "later", "beam", "sort"}) {
    CAPTURE(event);
    CHECK(ann.push("room:a", event).starts_with("error"));
    CHECK_FALSE(bench.logged("(rooms/room.ts:" + std::to_string(++line) + ":").empty());
  }
}

TEST_CASE("a room that keeps crashing is quarantined, and the error states for how long") {
  AppBench bench(moody, R"({limits: {turn: "5ms"}})");
  Person ann(bench);
  Person bob(bench, 1);
  for (int i = 0; i < 4; ++i) {
    CHECK(ann.join("room:a") == R"(ok {"n":0})");
    (void)ann.push("room:a", "loop");
  }
  CHECK(bench.rooms() == Texts{"room:a quarantined 0"});
  CHECK(ann.join("room:a").find("room is quarantined, try again in ") != std::string::npos);
  CHECK(bob.join("room:b") == R"(ok {"n":0})");
  CHECK(bench.rooms()[0] == "room:a quarantined 0");
  bench.advance(3s);
  CHECK(ann.join("room:a") == R"(ok {"n":0})");
}

TEST_CASE("joins are rejected if the script's top level throws or never finishes") {
  AppBench bench(R"(
    if (room.id === "bad") throw new Error("at the start");
    if (room.id === "slow") await new Promise(() => {});
    if (room.id === "late") await new Promise((done) => setTimeout(done, 1000));
  )",
                 R"({limits: {startTimeout: "2s"}})");
  Person ann(bench);
  CHECK(ann.join("room:bad") == R"(error {"reason":"the room failed to start: at the start"})");
  const auto slow = ann.asks_join("room:slow");
  const auto late = ann.asks_join("room:late");
  bench.advance(1s);
  CHECK(ann.reply(late) == "ok {}");
  CHECK(ann.reply(slow) == "(no reply)");
  bench.advance(1s);
  CHECK(ann.reply(slow) == R"(error {"reason":"the script did not start in time"})");
}

TEST_CASE("the clients of a room that is stopped or killed join a new one") {
  AppBench bench(moody);
  Person ann(bench);
  (void)ann.join("room:a");
  (void)ann.join("room:a");
  (void)ann.news();
  (void)ann.push("room:a", "stop");
  CHECK(ann.news() == Texts{"room:a before {}", R"(room:a phx_error {"reason":"channel_crash"})"});
  CHECK(bench.rooms().empty());
  CHECK(ann.join("room:a") == R"(ok {"n":0})");
  const auto waits = ann.asks("room:a", "never");
  bench.settle();
  CHECK(bench.kill("room:a") == "null");
  CHECK(ann.reply(waits) == R"(error {"reason":"killed"})");
  CHECK(ann.join("room:a") == R"(ok {"n":0})");
  CHECK(bench.kill("room:nobody") == "error: no room \"room:nobody\" is running");
  // Intended ends do not lead to quarantine.
  for (int i = 0; i < 10; ++i) {
    (void)bench.kill("room:a");
    CHECK(ann.join("room:a") == R"(ok {"n":0})");
  }
}

TEST_CASE("a message to a room that has ended does not start one") {
  AppBench bench(moody);
  Person ann(bench);
  (void)ann.join("room:a");
  const auto push = ann.asks("room:a", "x");
  (void)bench.kill("room:a");
  (void)ann.reply(push);
  const auto late = ann.asks("room:a", "x");
  bench.settle();
  CHECK(ann.reply(late) == R"(error {"reason":"unmatched topic"})");
  CHECK(bench.rooms().empty());
}

TEST_CASE("a full room rejects joins until a client has left") {
  AppBench bench("export {};", R"({limits: {clients: 1}})");
  Person ann(bench);
  Person bob(bench, 1);
  CHECK(ann.join("room:a") == "ok {}");
  CHECK(bob.join("room:a") == R"-(error {"reason":"the room is full (1 clients)"})-");
  CHECK(bob.join("room:b") == "ok {}");
  (void)ann.leave("room:a");
  CHECK(bob.join("room:a") == "ok {}");
  CHECK(ann.join("room:a").starts_with("error "));
}

TEST_CASE("the number of rooms is limited for the node and for each address") {
  AppBench bench("export {};", R"({proxy: true, node: {rooms: 4, roomsPerIp: 2}, limits: {idle: "60s"}})");
  Person ann(bench, 0, {.forwarded_for = "10.0.0.1, 10.9.9.9"});
  Person bob(bench, 1, {.forwarded_for = "10.8.8.8"});
  const std::string mine = R"(error {"reason":"too many rooms have been started from your address"})";
  CHECK(ann.join("room:1") == "ok {}");
  CHECK(ann.join("room:2") == "ok {}");
  CHECK(ann.join("room:3") == mine);
  CHECK(bob.join("room:3") == "ok {}");
  CHECK(ann.join("room:3") == "ok {}");  // it is there already
  CHECK(bob.join("room:4") == "ok {}");
  Person cid(bench, 1, {.forwarded_for = "10.7.7.7"});
  CHECK(cid.join("room:5") == R"(error {"reason":"too many rooms on this server, try again later"})");
  (void)ann.leave("room:1");
  bench.advance(61s);
  bench.advance(1s);
  CHECK(cid.join("room:5") == "ok {}");
}

TEST_CASE("a message to a full mailbox is answered `overloaded`, and a leave is not lost") {
  AppBench bench(R"(
    export const left = [];
    export const handleIn = () => {};
    export const terminate = (reason) => { left.push(reason); };
  )",
                 R"({limits: {mailbox: 3}})");
  const unsigned elsewhere = 1 - bench.home_of("room:a");
  Person ann(bench, elsewhere);
  Person bob(bench, elsewhere);
  (void)ann.join("room:a");
  (void)bob.join("room:a");
  // The room's shard takes no step meanwhile, so that all of it arrives at once.
  Texts replies;
  std::vector<unsigned> asked;
  for (int i = 0; i < 5; ++i) asked.push_back(ann.asks("room:a", "x"));
  bob.disconnect();
  for (const auto ref : asked) replies.push_back(ann.reply(ref));
  const std::string no = R"(error {"reason":"overloaded"})";
  CHECK(replies == Texts{"ok {}", "ok {}", "ok {}", no, no});
  CHECK(bench.evaluate("room:a", "left.join()") == R"("")");
  bench.advance(100ms);
  CHECK(bench.evaluate("room:a", "left.join()") == R"("closed")");
  CHECK(bench.rooms() == Texts{"room:a running 1"});
}

TEST_CASE("a message without a reply in time is answered `timeout`") {
  AppBench bench(moody, R"({limits: {replyTimeout: "2s", pendingCalls: 2}})");
  Person ann(bench);
  (void)ann.join("room:a");
  const auto first = ann.asks("room:a", "never");
  const auto second = ann.asks("room:a", "never");
  bench.settle();
  CHECK(ann.push("room:a", "x") == R"(error {"reason":"overloaded"})");
  bench.advance(2s);
  CHECK(ann.reply(first) == R"(error {"reason":"timeout"})");
  CHECK(ann.reply(second) == R"(error {"reason":"timeout"})");
  CHECK(ann.push("room:a", "x") == "ok {}");
}
