// SPDX-License-Identifier: MIT
//
// room.call and room.send between rooms, on one shard and on two.

#include "app_bench.hpp"

#include <chrono>
#include <string>
#include <string_view>

using namespace entmoot;
using namespace entmoot_app;
using namespace std::chrono_literals;

namespace {

const char* const rooms = R"(
  export let log = [];
  export let count = 0;
  let wake;
  export async function handleIn(event, {to, message, timeout, ...more}, client) {
    if (event === "count") return {n: ++count};
    if (event === "call") return {answer: await room.call(to, message, timeout === undefined ? undefined : {timeout})};
    if (event === "sync throw") { room.call(to, {what: "count"}); throw new Error("after all not"); }
    if (event === "send") { room.send(to, message, more); return {}; }
    if (event === "caught") {
      try { await room.call(to, message); } catch (error) { return {refusal: error instanceof Refusal, text: error.message, details: error.details}; }
    }
    if (event === "many") { const all = []; for (let i = 0; i < 1001; i++) all.push(room.call(to, {what: "never"})); await Promise.all(all); }
  }
  export async function handleCall(message, {from}) {
    log.push(from);
    switch (message?.what) {
      case "count": return ++count;
      case "back": return [room.topic, await room.call(from, {what: "count"})];
      case "chain": return room.call(from, {what: "chain"});
      case "throws": throw new TypeError("it broke");
      case "refuses": throw new Refusal("not you", {from});
      case "rejects": return Promise.reject(new Refusal("not you, later"));
      case "never": return new Promise(() => {});
      case "slow": return new Promise((done) => setTimeout(() => done("slow"), 3000));
      case "stops": room.stop("over"); return new Promise(() => {});
      case "loops": for (;;);
      case "big": return "x".repeat(1000001);
      case "bytes": return new Uint8Array(3);
      case "nothing": return;
      default: return message;
    }
  }
  export const handleInfo = (message) => { log.push(JSON.stringify(message)); };
  export const serialize = () => ({log, count});
  export const restore = (state) => { ({log, count} = state); };
)";

/// A topic on the other shard than room:a, or on the same one.
std::string room_on(const AppBench& bench, bool other) {
  for (int i = 0;; ++i) {
    const std::string topic = "room:" + std::to_string(i);
    if ((bench.home_of(topic) != bench.home_of("room:a")) == other) return topic;
  }
}

std::string to(std::string_view topic, std::string_view message) {
  return R"({"to":")" + std::string(topic) + R"(","message":)" + std::string(message) + "}";
}

std::string failed(std::string_view topic, std::string_view why) {
  return R"(error {"reason":"room.call to \")" + std::string(topic) + R"(\" failed: )" + std::string(why) + "\"}";
}

}  // namespace

TEST_CASE("room.call starts the other room and resolves to what its handleCall returns") {
  for (const bool other : {false, true}) {
    AppBench bench(rooms);
    const std::string b = room_on(bench, other);
    Person ann(bench);
    (void)ann.join("room:a");
    CHECK(ann.push("room:a", "call", to(b, R"({"what":"count"})")) == R"(ok {"answer":1})");
    CHECK(ann.push("room:a", "call", to(b, R"({"what":"count"})")) == R"(ok {"answer":2})");
    CHECK(bench.evaluate(b, "log.join()") == R"("room:a,room:a")");
    CHECK(bench.rooms().size() == 2);
    CHECK(ann.push("room:a", "call", to(b, R"([1,null,"é",{"a":{}}])")) == R"(ok {"answer":[1,null,"é",{"a":{}}]})");
    CHECK(ann.push("room:a", "call", to(b, R"({"what":"nothing"})")) == R"(ok {"answer":null})");
  }
}

TEST_CASE("rooms that call each other, or themselves, do not wait for each other") {
  AppBench bench(rooms);
  const std::string b = room_on(bench, true);
  Person ann(bench);
  (void)ann.join("room:a");
  CHECK(ann.push("room:a", "call", to(b, R"({"what":"back"})")) == "ok {\"answer\":[\"" + b + "\",1]}");
  CHECK(ann.push("room:a", "call", to("room:a", R"({"what":"back"})")) == R"(ok {"answer":["room:a",2]})");
}

TEST_CASE("a room handles other messages while it waits for another one") {
  AppBench bench(rooms);
  Person ann(bench);
  Person bob(bench, 1);
  (void)ann.join("room:a");
  (void)bob.join("room:a");
  const auto slow = ann.asks("room:a", "call", to("room:b", R"({"what":"slow"})"));
  bench.settle();
  CHECK(bob.push("room:a", "count") == R"(ok {"n":1})");
  CHECK(ann.reply(slow) == "(no reply)");
  bench.advance(3s);
  CHECK(ann.reply(slow) == R"(ok {"answer":"slow"})");
}

TEST_CASE("what ends a call is an error that names the other room") {
  AppBench bench(rooms);
  const std::string b = room_on(bench, true);
  Person ann(bench);
  (void)ann.join("room:a");
  const auto call = [&](std::string_view what) { return ann.push("room:a", "call", to(b, what)); };
  CHECK(call(R"({"what":"throws"})") == failed(b, "it broke"));
  CHECK(call(R"({"what":"stops"})") == failed(b, "over"));
  CHECK(call(R"({"what":"loops"})") == failed(b, "out of time"));
  CHECK(call(R"({"what":"big"})") == failed(b, "its reply exceeds 1 MB"));
  CHECK(call(R"({"what":"bytes"})") == failed(b, "handleCall returned bytes: its answer must be JSON"));
  CHECK(ann.push("room:a", "call", to("game:b", "1")) == failed("game:b", "unmatched topic"));
  CHECK(ann.push("room:a", "call", to("room:", "1")) == failed("room:", "the topic has no room id"));
  CHECK(ann.push("room:a", "call", to("room:" + std::string(251, 'x'), "1")).find("topic too long") !=
        std::string::npos);
  CHECK(call("\"" + std::string(999'999, 'x') + "\"").find("the message exceeds 1 MB") != std::string::npos);
  CHECK(call(R"({"what":"count"})") == R"(ok {"answer":1})");  // the fresh room

  const auto never = ann.asks("room:a", "call", to(b, R"({"what":"never"})"));
  bench.advance(4999ms);
  CHECK(ann.reply(never) == "(no reply)");
  bench.advance(1ms);
  CHECK(ann.reply(never) == failed(b, "no answer within 5000 ms"));
  const auto soon = ann.asks("room:a", "call", R"({"to":")" + b + R"(","message":{"what":"never"},"timeout":20})");
  bench.advance(20ms);
  CHECK(ann.reply(soon) == failed(b, "no answer within 20 ms"));
  for (const char* bad : {"0", "-1", "\"x\"", "600001", "null"}) {
    CAPTURE(bad);
    CHECK(ann.push("room:a", "call", R"({"to":"room:b","message":1,"timeout":)" + std::string(bad) + "}")
              .find("the timeout of room.call must be from 1 to 600000 milliseconds") != std::string::npos);
  }
}

TEST_CASE("a room without handleCall is an error to the caller") {
  AppBench bench(R"(export const handleIn = async () => ({n: await room.call("room:b", 1)});)");
  Person ann(bench);
  (void)ann.join("room:a");
  CHECK(ann.push("room:a", "x") == failed("room:b", "the room has no handleCall"));
}

TEST_CASE("a Refusal of the other room is a Refusal of this one, unless it is caught") {
  AppBench bench(rooms, "{exposeErrors: false}");
  Person ann(bench);
  (void)ann.join("room:a");
  CHECK(ann.push("room:a", "call", to("room:b", R"({"what":"refuses"})")) ==
        R"(error {"reason":"not you","from":"room:a"})");
  CHECK(ann.push("room:a", "call", to("room:b", R"({"what":"rejects"})")) == R"(error {"reason":"not you, later"})");
  CHECK(ann.push("room:a", "caught", to("room:b", R"({"what":"refuses"})")) ==
        R"(ok {"refusal":true,"text":"not you","details":{"reason":"not you","from":"room:a"}})");
  CHECK(bench.logged("threw").empty());
  CHECK(ann.push("room:a", "call", to("room:b", R"({"what":"throws"})"))
            .starts_with(R"(error {"reason":"internal error")"));
}

TEST_CASE("an endless chain of calls ends with the time of its first call, and both rooms go on") {
  AppBench bench(rooms);
  Person ann(bench);
  (void)ann.join("room:a");
  const auto chain = ann.asks("room:a", "call", to("room:b", R"({"what":"chain"})"));
  for (int i = 0; i < 20'000 && ann.reply(chain) == "(no reply)"; ++i) {
    (void)bench.step(0);
    (void)bench.step(1);
  }
  bench.advance(5s);
  CHECK(ann.reply(chain).find("failed") != std::string::npos);
  bench.advance(10s);
  CHECK(ann.push("room:a", "count").starts_with("ok "));
}

TEST_CASE("a message that throws before its first await has called nobody") {
  AppBench bench(rooms);
  Person ann(bench);
  (void)ann.join("room:a");
  CHECK(ann.push("room:a", "sync throw", to("room:b", "1")) == R"(error {"reason":"after all not"})");
  CHECK(bench.rooms().size() == 1);
}

TEST_CASE("the calls that a room waits for are bounded") {
  AppBench bench(rooms);
  Person ann(bench);
  (void)ann.join("room:a");
  CHECK(ann.push("room:a", "many", to("room:b", "1")) == R"(error {"reason":"too many pending Beam.calls"})");
}

TEST_CASE("room.call wakes a room that sleeps, with its state; room.send does if it is asked to") {
  AppBench bench(rooms, "{limits: {idle: \"1s\"}}");
  Person ann(bench);
  (void)ann.join("room:a");
  REQUIRE(ann.push("room:a", "call", to("room:b", R"({"what":"count"})")) == R"(ok {"answer":1})");
  bench.advance(5s);
  REQUIRE(bench.rooms().size() == 1);
  CHECK(ann.push("room:a", "call", to("room:b", R"({"what":"count"})")) == R"(ok {"answer":2})");
  bench.advance(5s);
  REQUIRE(bench.rooms().size() == 1);
  CHECK(ann.push("room:a", "send", to("room:b", "7")) == "ok {}");
  CHECK(bench.logged("room.send to \"room:b\" failed").size() == 1);
  CHECK(bench.rooms().size() == 1);
  CHECK(ann.push("room:a", "send", R"({"to":"room:b","message":7,"start":true})") == "ok {}");
  CHECK(bench.evaluate("room:b", "log.at(-1)") == "\"7\"");
  CHECK(ann.push("room:a", "send", R"({"to":"game:b","message":7,"start":true})") == "ok {}");
  CHECK(bench.logged("room.send to \"game:b\" failed: \"unmatched topic\"").size() == 1);
}

TEST_CASE("rooms that a room starts count for the address whose client has started that one") {
  AppBench bench(rooms, "{proxy: true, node: {roomsPerIp: 3}}");
  Person ann(bench, 0, {.forwarded_for = "192.0.2.1"});
  (void)ann.join("room:a");
  CHECK(ann.push("room:a", "call", to("room:b", "1")) == R"(ok {"answer":1})");
  CHECK(ann.push("room:a", "send", R"({"to":"room:c","message":7,"start":true})") == "ok {}");
  CHECK(ann.push("room:a", "call", to("room:d", "1")) ==
        failed("room:d", "too many rooms have been started from your address"));
  CHECK(bench.rooms().size() == 3);
}

TEST_CASE("a call reaches a room that is being reloaded, and its answer a room that was") {
  AppBench bench(rooms);
  const std::string b = room_on(bench, true);
  Person ann(bench);
  (void)ann.join("room:a");
  (void)ann.push("room:a", "call", to(b, R"({"what":"count"})"));
  const auto slow = ann.asks("room:a", "call", to(b, R"({"what":"slow"})"));
  bench.settle();
  REQUIRE(bench.begin_reload(std::string(rooms) + "export const changed = 1;") == "");
  const auto meanwhile = ann.asks("room:a", "call", to(b, R"({"what":"count"})"));
  bench.settle();
  CHECK(ann.reply(meanwhile) == R"(ok {"answer":2})");
  bench.advance(3s);
  CHECK(ann.reply(slow) == R"(ok {"answer":"slow"})");
}
