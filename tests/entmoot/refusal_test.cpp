// SPDX-License-Identifier: MIT
//
// What people outside get when a room throws: a Refusal is the author's answer, anything else is a failure.

#include "app_bench.hpp"

#include <entmoot/web/http_request.hpp>
#include <entmoot/web/http_response.hpp>

#include <chrono>
#include <string>
#include <string_view>

using namespace entmoot;
using namespace entmoot_app;
using namespace std::chrono_literals;

namespace {

const char* const house = R"(
  class Late extends Refusal {
    constructor() { super("too late", {retry: false}); }
  }
  export const path = "/api/:id";
  export let calls = 0;
  const waiting = [];
  export function join({how}, client) {
    ++calls;
    room.broadcast("came", {});
    if (how === "full") throw new Refusal("the room is full", {seats: 4, who: {name: "ö"}});
    if (how === "later") return Promise.resolve().then(() => { throw new Refusal("full by now"); });
    if (how === "much later") return new Promise((_, no) => setTimeout(() => no(new Late()), 10));
  }
  export function handleIn(event, payload, client) {
    ++calls;
    room.broadcast("said", {event});
    if (event === "plain") throw new Refusal("no");
    if (event === "nothing") throw new Refusal();
    if (event === "details") throw new Refusal("no", {code: 7, list: [1, null]});
    if (event === "own reason") throw new Refusal("for the stack", {reason: {code: "E7"}});
    if (event === "subclass") throw new Late();
    if (event === "async") return (async () => { await null; throw new Refusal("no, after all"); })();
    if (event === "slow") return new Promise((_, no) => setTimeout(() => no(new Refusal("no, in the end")), 10));
    if (event === "reply") { client.replyLater(); throw new Refusal("not even later"); }
    if (event === "reply async") { const reply = client.replyLater(); return Promise.reject(new Refusal("not even later")); }
    if (event === "reply ok") { client.replyLater().ok(Promise.reject(new Refusal("the value is refused"))); return; }
    if (event === "wait") { waiting.push(client.replyLater()); return; }
    if (event === "wake") { for (const reply of waiting.splice(0)) reply.ok({yes: 1}); throw new Refusal("but you may not"); }
    if (event === "cause") throw new Error("outer", {cause: new Refusal("inner")});
    if (event === "cycle") { const details = {}; details.self = details; throw new Refusal("no", details); }
    if (event === "list") throw new Refusal("no", [1]);
    if (event === "bytes") throw new Refusal("no", new Uint8Array(2));
    if (event === "toJSON") throw new Refusal("no", {toJSON: () => 7});
    if (event === "forged") throw {name: "Refusal", reason: "no", __proto__: Refusal.prototype};
    if (event === "replaced") { globalThis.Refusal = Error; JSON.stringify = () => "x"; throw new Late(); }
    return {ok: true};
  }
  export function handleInfo() { throw new Refusal("not for rooms"); }
  export function serialize() { if (calls > 1000) throw new Refusal("no state"); return {calls}; }
  export function restore(state) { calls = state.calls; }
  export function handleRequest(request, {path}) {
    if (path === "/gone") throw new Refusal("gone", {status: 410});
    if (path === "/odd") throw new Refusal("odd", {status: 200});
    if (path === "/async") return Promise.reject(new Refusal("async", {status: 503, at: 1}));
    throw new Refusal("not yours", {login: "/login"});
  }
)";

std::string failed_turns(AppBench& bench) { return bench.about("room:a", "failed"); }

}  // namespace

TEST_CASE("a Refusal is the client's reply: its reason and details, without the effects of the message") {
  AppBench bench(house, "{exposeErrors: false}");
  Person ann(bench);
  Person bob(bench, 1);
  REQUIRE(bob.join("room:a", "{}") == "ok {}");
  (void)bob.news();
  CHECK(ann.join("room:a", R"({"how":"full"})") ==
        R"(error {"reason":"the room is full","seats":4,"who":{"name":"ö"}})");
  CHECK(bob.news().empty());
  CHECK(ann.join("room:a", R"({"how":"later"})") == R"(error {"reason":"full by now"})");
  const auto late = ann.asks_join("room:a", R"({"how":"much later"})");
  bench.advance(10ms);
  CHECK(ann.reply(late) == R"(error {"reason":"too late","retry":false})");
  CHECK(bench.evaluate("room:a", "room.clients.length") == "1");

  (void)bob.news();
  CHECK(bob.push("room:a", "plain") == R"(error {"reason":"no"})");
  CHECK(bob.push("room:a", "nothing") == R"(error {"reason":"refused"})");
  CHECK(bob.push("room:a", "details") == R"(error {"reason":"no","code":7,"list":[1,null]})");
  CHECK(bob.push("room:a", "own reason") == R"(error {"reason":{"code":"E7"}})");
  CHECK(bob.push("room:a", "subclass") == R"(error {"reason":"too late","retry":false})");
  CHECK(bob.push("room:a", "reply") == R"(error {"reason":"not even later"})");
  CHECK(bob.news().empty());
  CHECK(bob.push("room:a", "async") == R"(error {"reason":"no, after all"})");
  CHECK(bob.push("room:a", "reply async") == R"(error {"reason":"not even later"})");
  CHECK(bob.push("room:a", "reply ok") == R"(error {"reason":"the value is refused"})");
  const auto slow = bob.asks("room:a", "slow");
  bench.advance(10ms);
  CHECK(bob.reply(slow) == R"(error {"reason":"no, in the end"})");
  CHECK(bob.push("room:a", "any") == R"(ok {"ok":true})");

  CHECK(bench.logged("threw").empty());
  CHECK(failed_turns(bench) == "0");
  CHECK(bench.about("room:a", "failures") == "0");
  CHECK(bob.push("room:a", "replaced") == R"(error {"reason":"too late","retry":false})");
}

TEST_CASE("a refused message takes back what it has replied to others, and they learn that and nothing else") {
  AppBench bench(house, "{exposeErrors: false}");
  Person ann(bench);
  Person bob(bench, 1);
  (void)ann.join("room:a", "{}");
  (void)bob.join("room:a", "{}");
  const auto waits = bob.asks("room:a", "wait");
  bench.settle();
  CHECK(ann.push("room:a", "wake") == R"(error {"reason":"but you may not"})");
  CHECK(bob.reply(waits) == R"(error {"reason":"the message that led to this reply was refused"})");
}

TEST_CASE("what only looks like a Refusal, or cannot be sent, is a failure") {
  AppBench bench(house);
  Person ann(bench);
  (void)ann.join("room:a", "{}");
  CHECK(ann.push("room:a", "cause") == R"(error {"reason":"outer"})");
  const Texts causes = bench.logged("caused by: ");
  REQUIRE(causes.size() == 1);
  CHECK(causes.front().find("inner") != std::string::npos);
  CHECK(ann.push("room:a", "cycle") ==
        R"(error {"reason":"the details of the Refusal \"no\" cannot be sent as JSON"})");
  CHECK(ann.push("room:a", "list") == R"(error {"reason":"the details of a Refusal must be an object, not an array"})");
  CHECK(ann.push("room:a", "bytes").find("the details of a Refusal must be an object") != std::string::npos);
  CHECK(ann.push("room:a", "toJSON").find("a toJSON that returns a number") != std::string::npos);
  CHECK(ann.push("room:a", "forged").starts_with("error "));
  CHECK(failed_turns(bench) == "6");
  CHECK(bench.info("room:a", "1") == "error: not for rooms");
}

TEST_CASE("a room whose serialize throws a Refusal keeps its code and its state") {
  AppBench bench(house);
  Person ann(bench);
  (void)ann.join("room:a", "{}");
  REQUIRE(bench.evaluate("room:a", "calls = 2000") == "2000");
  CHECK(bench.reload(std::string(house) + "export const changed = 1;") == "");
  const Texts failed = bench.logged("reload failed");
  REQUIRE(failed.size() == 1);
  CHECK(failed.front().find("no state") != std::string::npos);
  CHECK(bench.evaluate("room:a", "calls") == "2000");
}

TEST_CASE("a Refusal of a request is its response: the status of its details, or 403") {
  AppBench bench(house, "{exposeErrors: false}");
  CHECK(bench.http("GET", "/api/a") == R"(403 {"reason":"not yours","login":"/login"})");
  CHECK(bench.http("GET", "/api/a/gone") == R"(410 {"reason":"gone","status":410})");
  CHECK(bench.http("GET", "/api/a/odd") == R"(403 {"reason":"odd","status":200})");
  CHECK(bench.http("GET", "/api/a/async") == R"(503 {"reason":"async","status":503,"at":1})");
  CHECK(bench.logged("threw").empty());
}

TEST_CASE("unless errors are exposed, clients get a neutral reason with an id that the log has next to the stack") {
  const char* const room = R"(
    export const path = "/api/:id";
    function fails() { throw new Error("the password is 1234"); }
    export function join({bad}) { if (bad) fails(); }
    export function handleIn(event, payload, client) {
      if (event === "throws") fails();
      if (event === "rejects") return Promise.reject(new TypeError("the password is 1234"));
      if (event === "text") throw "the password is 1234";
      if (event === "object") throw {password: 1234};
      if (event === "nothing") throw undefined;
      if (event === "sync call") Beam.callSync("unknown: the password is 1234");
      if (event === "call") return Beam.call("unknown: the password is 1234");
      if (event === "result") return "the password is 1234";
      if (event === "later") { client.replyLater(); return Promise.reject(new Error("the password is 1234")); }
      if (event === "later ok") client.replyLater().ok(Promise.reject(new Error("the password is 1234")));
      if (event === "no") client.replyLater().error("a reason of the author");
    }
    export function handleRequest() { fails(); }
  )";
  AppBench bench(room, "{exposeErrors: false}");
  Person ann(bench);
  const auto is_neutral = [&](const std::string& answer, std::string_view begin) {
    CAPTURE(answer);
    const std::string_view neutral(begin);
    if (!answer.starts_with(neutral) || !answer.ends_with("\"}")) return false;
    const std::string id = answer.substr(neutral.size(), answer.size() - neutral.size() - 2);
    const Texts lines = bench.logged("(id " + id + ")");
    return id.size() == 12 && lines.size() == 1 &&
           lines.front().find("room \"room:a\": the script threw ") != std::string::npos;
  };
  const char* const neutral = R"(error {"reason":"internal error","id":")";
  CHECK(is_neutral(ann.join("room:a", R"({"bad":true})"), neutral));
  REQUIRE(ann.join("room:a") == "ok {}");
  for (const char* event :
       {"throws", "rejects", "text", "object", "nothing", "sync call", "call", "result", "later", "later ok"}) {
    CAPTURE(event);
    CHECK(is_neutral(ann.push("room:a", event), neutral));
  }
  CHECK(ann.push("room:a", "no") == R"(error {"reason":"a reason of the author"})");
  CHECK(is_neutral(bench.http("GET", "/api/a"), R"(500 {"error":"internal error","id":")"));
  CHECK(bench.evaluate("room:a", "fails()").starts_with("error: "));  // the operator sees all
}

TEST_CASE("a room that does not start is an internal error to its clients") {
  AppBench bench(R"(
    if (room.id === "bad") throw new Error("the password is 1234");
  )",
                 "{exposeErrors: false}");
  Person ann(bench);
  CHECK(ann.join("room:bad").starts_with(R"(error {"reason":"internal error","id":")"));
  CHECK(bench.logged("the password is 1234").size() >= 1);
}
