// SPDX-License-Identifier: MIT
//
// Idle rooms sleep; their serialized state is restored at the next join.

#include "app_bench.hpp"

#include <chrono>
#include <string>

using namespace entmoot_app;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view keeper = R"(
  let kept = {n: 0};
  export const join = () => ({...kept, history: room.history.last()});
  export function handleIn(event, payload) {
    if (event === "add") { kept.n++; room.history.push(kept.n); }
    if (event === "fat") kept.fat = "x".repeat(payload.bytes);
  }
  export const handleInfo = () => {};
  export const serialize = () => kept;
  export const restore = (state) => { kept = state; };
)";

/// Joins, does something, leaves.
void visits(AppBench& bench, const std::string& topic, const std::string& event, const std::string& payload = "{}") {
  Person visitor(bench);
  (void)visitor.join(topic);
  (void)visitor.push(topic, event, payload);
  (void)visitor.leave(topic);
}

std::string finds(AppBench& bench, const std::string& topic) { return Person(bench).join(topic); }

}  // namespace

TEST_CASE("an idle room sleeps, and the next join restores its state") {
  AppBench bench(keeper, R"({limits: {idle: "60s"}})");
  visits(bench, "room:a", "add");
  bench.advance(59s);
  CHECK(bench.rooms() == Texts{"room:a running 0"});
  bench.advance(1s);
  CHECK(bench.rooms().empty());
  CHECK(finds(bench, "room:a") == R"(ok {"n":1,"history":[1]})");
  bench.advance(120s);
  CHECK(bench.rooms().empty());
  CHECK(finds(bench, "room:a") == R"(ok {"n":1,"history":[1]})");
}

TEST_CASE("a room with a client, or with messages, does not sleep") {
  AppBench bench(keeper, R"({limits: {idle: "60s"}})");
  Person ann(bench);
  (void)ann.join("room:a");
  bench.advance(500s);
  bench.advance(500s);
  CHECK(bench.rooms() == Texts{"room:a running 1"});
  (void)ann.leave("room:a");
  for (int i = 0; i < 5; ++i) {
    bench.advance(50s);
    CHECK(bench.info("room:a", "1") == "null");
  }
  CHECK(bench.rooms() == Texts{"room:a running 0"});
  bench.advance(60s);
  CHECK(bench.rooms().empty());
}

TEST_CASE("after sleep, a room without serialize keeps only its history") {
  AppBench bench(R"(
    let n = 0;
    export const join = () => ({n: n++, history: room.history.last()});
    export const handleIn = () => room.history.push("said");
  )",
                 R"({limits: {idle: "60s"}})");
  visits(bench, "room:a", "x");
  bench.advance(60s);
  CHECK(finds(bench, "room:a") == R"(ok {"n":0,"history":["said"]})");
}

TEST_CASE("the state of a sleeping room is limited") {
  AppBench bench(keeper, R"({limits: {idle: "60s", state: "1KB"}})");
  visits(bench, "room:a", "fat", R"({"bytes":2000})");
  bench.advance(60s);
  CHECK(bench.logged("without its state").size() == 1);
  CHECK(finds(bench, "room:a") == R"(ok {"n":0,"history":[]})");
}

TEST_CASE("when sleeping rooms exceed the limit, the one that has slept longest is discarded first") {
  AppBench bench(keeper, R"({limits: {idle: "60s"}, node: {sleepingBytes: "4KB"}})");  // 2 KB for each of two shards
  const Texts topics = {"room:0", "room:1", "room:2"};
  for (const auto& topic : topics) {
    visits(bench, topic, "add");
    bench.advance(60s);
  }
  for (const auto& topic : topics) CHECK(finds(bench, topic) == R"(ok {"n":1,"history":[1]})");
  bench.advance(60s);
  for (int i = 10; i < 50; ++i) {
    visits(bench, "room:" + std::to_string(i), "fat", R"({"bytes":200})");
    bench.advance(60s);
  }
  CHECK_FALSE(bench.logged("saved state dropped").empty());
  for (const auto& topic : topics) CHECK(finds(bench, topic) == R"(ok {"n":0,"history":[]})");
  CHECK(finds(bench, "room:49").find("xxx") != std::string::npos);
}

TEST_CASE("a state that cannot be serialized or restored is lost, and this is logged") {
  AppBench bench(R"(
    let n = 0;
    export const join = () => ({n: n++});
    export function serialize() {
      if (room.id === "cycle") { const a = {}; a.a = a; return a; }
      if (room.id === "throws") throw new Error("cannot serialize");
      if (room.id === "never") return new Promise(() => {});
      if (room.id === "nothing") return undefined;
      return {n};
    }
    export async function restore(state) {
      if (room.id === "bad") throw new Error("cannot restore");
      if (room.id === "nothing") throw new Error("nothing to restore");
      await null;
      n = state.n;
    }
  )",
                 R"({limits: {idle: "60s"}})");
  for (const std::string id : {"good", "cycle", "throws", "never", "nothing", "bad"}) (void)finds(bench, "room:" + id);
  bench.advance(60s);
  bench.advance(5s);
  CHECK(bench.rooms().empty());
  CHECK(bench.logged("without its state").size() == 3);
  for (const std::string id : {"cycle", "throws", "never", "nothing", "bad"}) {
    CAPTURE(id);
    CHECK(finds(bench, "room:" + id) == R"(ok {"n":0})");
  }
  CHECK(bench.logged("cannot restore").size() >= 1);
  CHECK(finds(bench, "room:good") == R"(ok {"n":1})");
}

TEST_CASE("a join while a room falls asleep reaches it") {
  AppBench bench(R"(
    let n = 7;
    export const join = () => ({n: n++});
    export const serialize = () => new Promise((done) => setTimeout(() => done({n}), 1000));
    export const restore = (state) => { n = state.n; };
  )",
                 R"({limits: {idle: "60s"}})");
  CHECK(finds(bench, "room:a") == R"(ok {"n":7})");
  bench.advance(60s);
  Person ann(bench);
  CHECK(ann.join("room:a") == R"(ok {"n":8})");
  bench.advance(1s);
  CHECK(bench.rooms() == Texts{"room:a running 1"});
  CHECK(bench.evaluate("room:a", "n") == "9");
}

TEST_CASE("a crashed room does not restore the state of an earlier sleep") {
  AppBench bench(keeper, R"({limits: {idle: "60s", turn: "5ms"}})");
  visits(bench, "room:a", "add");
  bench.advance(60s);
  Person ann(bench);
  CHECK(ann.join("room:a") == R"(ok {"n":1,"history":[1]})");
  (void)bench.kill("room:a");
  CHECK(ann.join("room:a") == R"(ok {"n":0,"history":[]})");
}

TEST_CASE("a state that is larger than the mailbox is restored") {
  AppBench bench(R"(
    let state = "";
    export function handleIn(event) { if (event === "fill") state = "x".repeat(50000); return {size: state.length}; }
    export const serialize = () => state, restore = (kept) => { state = kept; };
  )",
                 R"({limits: {mailboxBytes: "20KB", idle: "60s"}})");
  Person ann(bench);
  (void)ann.join("room:a");
  CHECK(ann.push("room:a", "fill") == R"(ok {"size":50000})");
  (void)ann.leave("room:a");
  bench.advance(3min);
  CHECK(bench.rooms().empty());
  // Behind the state the mailbox is full: who wakes the room comes again, as phoenix.js does by itself.
  CHECK(ann.join("room:a") == R"(error {"reason":"overloaded"})");
  CHECK(ann.join("room:a") == "ok {}");
  CHECK(ann.push("room:a", "x") == R"(ok {"size":50000})");
}

TEST_CASE("a room whose restart is due in the moment in which it falls asleep is not restarted") {
  AppBench bench(R"(export const handleIn = () => { for (;;); };)",
                 R"({limits: {idle: "1s", turn: "5ms"}, node: {restarts: {backoff: "10s"}}})");
  for (int i = 0; i < 4; ++i) visits(bench, "room:a", "loop");
  CHECK(bench.rooms() == Texts{"room:a quarantined 0"});
  bench.advance(10s);  // The timer of its sleep and that of its restart fire in one round, in this order.
  bench.advance(10s);
  CHECK(bench.rooms().empty());
}
