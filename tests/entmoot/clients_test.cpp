// SPDX-License-Identifier: MIT
//
// What clients receive from a room's functions: results, exceptions, messages.

#include "app_bench.hpp"

#include <chrono>
#include <string>
#include <string_view>

using namespace entmoot_app;
using namespace std::chrono_literals;

TEST_CASE("the result of join is the reply to the join, also if it is a promise") {
  AppBench bench(R"(
    export const join = ({later}, client) => {
      const hello = {hello: client.params.name, n: room.clients.length, topic: room.topic, id: room.id};
      return later ? new Promise((done) => setTimeout(() => done(hello), 1000)) : hello;
    };
  )");
  Person ann(bench, 0, {.query = "name=ann"});
  CHECK(ann.join("room:a") == R"(ok {"hello":"ann","n":0,"topic":"room:a","id":"a"})");
  Person bob(bench, 1);
  const auto joins = bob.asks_join("room:a", R"({"later":true})");
  bench.settle();
  CHECK(bob.reply(joins) == "(no reply)");
  CHECK(bench.evaluate("room:a", "room.clients.length") == "1");
  bench.advance(1s);
  CHECK(bob.reply(joins) == R"(ok {"n":1,"topic":"room:a","id":"a"})");
  CHECK(bench.evaluate("room:a", "room.clients.length") == "2");
}

TEST_CASE("a room without functions accepts joins and answers messages with an error") {
  AppBench bench("export {};");
  Person ann(bench);
  CHECK(ann.join("room:a") == "ok {}");
  CHECK(ann.push("room:a", "hi") == R"(error {"reason":"the room has no handleIn for \"hi\""})");
  CHECK(bench.info("room:a", "1") == "error: the room has no handleInfo");
  CHECK(ann.leave("room:a") == "ok {}");
  CHECK(ann.news() == Texts{"room:a phx_close {}"});
}

TEST_CASE("a join that throws is rejected, and its effects are dropped") {
  AppBench bench(R"(
    export function join({how}, client) {
      room.broadcast("came", {});
      client.push("welcome", {});
      room.presence.track(client, "x");
      if (how === "now") throw new Error("not today");
      if (how === "later") return Promise.reject(new TypeError("nor tomorrow"));
      if (how === "text") throw "a text";
      if (how === "nothing") throw undefined;
      if (how === "object") throw {message: "a message", secret: 1};
      if (how === "getter") throw {get message() { throw 1; }};
    }
    export const terminate = () => console.warn("terminated");
  )");
  Person ann(bench);
  Person bob(bench, 1);
  CHECK(bob.join("room:a", R"({"how":""})") == "ok {}");
  (void)bob.news();
  CHECK(ann.join("room:a", R"({"how":"now"})") == R"(error {"reason":"not today"})");
  CHECK(bob.news().empty());
  CHECK(bench.logged("not today").size() == 1);
  CHECK(ann.join("room:a", R"({"how":"text"})") == R"(error {"reason":"a text"})");
  CHECK(ann.join("room:a", R"({"how":"nothing"})") == R"(error {"reason":"undefined"})");
  CHECK(ann.join("room:a", R"({"how":"object"})") == R"(error {"reason":"a message"})");
  CHECK(ann.join("room:a", R"({"how":"getter"})") == R"(error {"reason":"the error cannot be converted to a string"})");
  CHECK(bob.news().empty());
  // What it did before it awaited has been done.
  CHECK(ann.join("room:a", R"({"how":"later"})") == R"(error {"reason":"nor tomorrow"})");
  CHECK(ann.news().empty());
  CHECK(bench.evaluate("room:a", "room.clients.length") == "1");
  CHECK(bench.logged("terminated").empty());
  CHECK(bench.evaluate("room:a", "Object.keys(room.presence.list()).length") == "1");
}

TEST_CASE("the result of handleIn is the reply, an exception is an error and drops what was sent before") {
  AppBench bench(R"(
    export async function handleIn(event, payload, client) {
      return await answers[event]();
    }
    const answers = {
      nothing() {},
      null: () => null,
      object: () => ({a: [1, {b: "é"}], date: new Date(0)}),
      later: () => new Promise((done) => setTimeout(() => done({late: true}), 50)),
      bytes: () => new Uint8Array([104, 105]),
      array: () => [1, 2],
      text: () => "hi",
      number: () => 7,
      function: () => () => 1,
      cycle: () => { const a = {}; a.a = a; return a; },
      big: () => ({n: 1n}),
      throws: () => { room.broadcast("no", {}); throw new Error("no"); },
    };
  )");
  Person ann(bench);
  (void)ann.join("room:a");
  const auto wrong = [](std::string_view what) {
    return "error {\"reason\":\"handleIn returned " + std::string(what) +
           ": a reply must be an object, for example {messages: […]}, or bytes (an ArrayBuffer, or a view of one)\"}";
  };
  CHECK(ann.push("room:a", "nothing") == "ok {}");
  CHECK(ann.push("room:a", "null") == "ok {}");
  CHECK(ann.push("room:a", "object") == R"(ok {"a":[1,{"b":"é"}],"date":"1970-01-01T00:00:00.000Z"})");
  const auto later = ann.asks("room:a", "later");
  bench.advance(50ms);
  CHECK(ann.reply(later) == R"(ok {"late":true})");
  CHECK(ann.push("room:a", "bytes") == "ok <hi>");
  CHECK(ann.push("room:a", "array") == wrong("an array"));
  CHECK(ann.push("room:a", "text") == wrong("a string"));
  CHECK(ann.push("room:a", "number") == wrong("a number"));
  CHECK(ann.push("room:a", "function") == wrong("a function"));
  CHECK(ann.push("room:a", "cycle").find("cannot be serialized as JSON") != std::string::npos);
  CHECK(ann.push("room:a", "big").find("cannot be serialized as JSON") != std::string::npos);
  CHECK(ann.push("room:a", "throws") == R"(error {"reason":"no"})");
  CHECK(ann.push("room:a", "missing").starts_with("error "));
  CHECK(ann.news().empty());
  CHECK(bench.logged("rooms/room.ts:").size() >= 2);  // the stack is for the log
}

TEST_CASE("a thrown value that is not an Error is shown in the reply") {
  AppBench bench(R"(
    export function handleIn(event) {
      if (event === "object") throw {code: 5};
      if (event === "text") throw "no";
      if (event === "nothing") throw undefined;
      if (event === "cycle") { const a = {}; a.a = a; throw a; }
    }
  )");
  Person ann(bench);
  (void)ann.join("room:a");
  CHECK(ann.push("room:a", "object") == R"(error {"reason":"{\"code\":5}"})");
  CHECK(ann.push("room:a", "text") == R"(error {"reason":"no"})");
  CHECK(ann.push("room:a", "nothing") == R"(error {"reason":"undefined"})");
  CHECK(ann.push("room:a", "cycle") == R"(error {"reason":"the error cannot be converted to a string"})");
}

TEST_CASE("an exception before the first await drops all effects of the message") {
  AppBench bench(R"(
    export function handleIn(event, {text}, client) {
      room.broadcast("said", {text});
      client.push("echo", {text});
      if (event === "bad") throw new Error("bad");
    }
  )");
  Person ann(bench);
  Person bob(bench, 1);
  (void)ann.join("room:a");
  (void)bob.join("room:a");
  CHECK(ann.push("room:a", "bad", R"({"text":"x"})") == R"(error {"reason":"bad"})");
  CHECK(ann.news().empty());
  CHECK(bob.news().empty());
  CHECK(ann.push("room:a", "good", R"({"text":"y"})") == "ok {}");
  CHECK(ann.news() == Texts{R"(room:a said {"text":"y"})", R"(room:a echo {"text":"y"})"});
  CHECK(bob.news() == Texts{R"(room:a said {"text":"y"})"});
}

TEST_CASE("a reply taken over with replyLater can be sent once, at any time") {
  AppBench bench(R"(
    export let kept;
    export function handleIn(event, payload, client) {
      if (event === "twice") { client.replyLater(); client.replyLater(); }
      if (event === "other") { room.clients[1].replyLater(); }
      if (event === "await") return (async () => { await null; client.replyLater(); })();
      const reply = client.replyLater();
      kept = reply;
      if (event === "ok") setTimeout(() => { reply.ok({n: 1}); reply.ok({n: 2}); reply.error("x"); }, 10);
      if (event === "plain") reply.ok();
      if (event === "bytes") reply.ok(new Uint8Array([33]));
      if (event === "text") reply.error("a reason");
      if (event === "refused") reply.error();
      if (event === "details") reply.error({code: 7});
      if (event === "error bytes") reply.error(new Uint8Array([33]));
      if (event === "wrong") reply.error([1]);
      if (event === "string") reply.ok("text");
      if (event === "throws") throw new Error("thrown");
      if (event === "rejects") return Promise.reject(new Error("rejected"));
      if (event === "ignored") { reply.ok({yes: 1}); return {no: 1}; }
    }
    export const handleInfo = () => room.clients[0].replyLater();
  )");
  Person ann(bench);
  Person bob(bench, 1);
  (void)ann.join("room:a");
  (void)bob.join("room:a");
  const auto ok = ann.asks("room:a", "ok");
  bench.settle();
  CHECK(ann.reply(ok) == "(no reply)");
  CHECK(bob.push("room:a", "plain") == "ok {}");  // meanwhile others are served
  bench.advance(10ms);
  CHECK(ann.reply(ok) == R"(ok {"n":1})");
  CHECK(ann.push("room:a", "bytes") == "ok <!>");
  CHECK(ann.push("room:a", "text") == R"(error {"reason":"a reason"})");
  CHECK(ann.push("room:a", "refused") == R"(error {"reason":"refused"})");
  CHECK(ann.push("room:a", "details") == R"(error {"code":7})");
  CHECK(ann.push("room:a", "error bytes") == "error <!>");
  CHECK(ann.push("room:a", "wrong").starts_with("error "));
  CHECK(ann.push("room:a", "string").starts_with("error "));
  CHECK(ann.push("room:a", "throws") == R"(error {"reason":"thrown"})");
  CHECK(ann.push("room:a", "rejects") == R"(error {"reason":"rejected"})");
  CHECK(ann.push("room:a", "ignored") == R"(ok {"yes":1})");
  CHECK(ann.push("room:a", "twice").find("already called for this message") != std::string::npos);
  CHECK(ann.push("room:a", "other").find("must be called while handleIn runs") != std::string::npos);
  CHECK(ann.push("room:a", "await").find("must be called while handleIn runs") != std::string::npos);
  CHECK(bench.info("room:a", "1").find("must be called while handleIn runs") != std::string::npos);
  const auto never = ann.asks("room:a", "never");
  bench.advance(9s);
  CHECK(ann.reply(never) == "(no reply)");
  bench.advance(1s);
  CHECK(ann.reply(never) == R"(error {"reason":"timeout"})");
}

TEST_CASE("a reply taken over with replyLater is sent in order with other messages") {
  AppBench bench(R"(
    let waiting;
    export function handleIn(event, payload, client) {
      client.push("before");
      const reply = client.replyLater();
      if (event === "wait") waiting = reply;
      else reply.ok({});
      client.push("behind");
      waiting?.ok({waited: true});
      room.broadcast("last");
    }
  )");
  Person ann(bench);
  (void)ann.join("room:a");
  (void)ann.frames();
  (void)ann.push("room:a", "x");
  CHECK(ann.frames() == Texts{"room:a before {}", "room:a reply ok {}", "room:a behind {}", "room:a last {}"});
}

TEST_CASE("bytes can be sent in both directions") {
  AppBench bench(R"(
    export const join = (payload) => ({bytes: payload instanceof Uint8Array});
    export function handleIn(event, payload, client) {
      if (!(payload instanceof Uint8Array)) return {json: true};
      client.push("pushed", payload);
      room.broadcast("sent", payload.map((b) => b + 1));
      return payload.toReversed();
    }
  )");
  Person ann(bench);
  Person bob(bench, 1);
  CHECK(ann.join("room:a") == R"(ok {"bytes":false})");
  (void)bob.join("room:a");
  CHECK(ann.push_bytes("room:a", "b", "abc") == "ok <cba>");
  CHECK(ann.news() == Texts{"room:a pushed <abc>", "room:a sent <bcd>"});
  CHECK(bob.news() == Texts{"room:a sent <bcd>"});
  CHECK(ann.push_bytes("room:a", "b", "") == "ok <>");
  CHECK(ann.push("room:a", "b", "[1]") == R"(ok {"json":true})");
}

TEST_CASE("payloads must be objects or bytes") {
  AppBench bench(R"(
    export function handleIn(event, payload, client) {
      if (event === "push") client.push("e", payload.what);
      if (event === "broadcast") room.broadcast("e", payload.what);
      if (event === "meta") room.presence.track(client, "k", payload.what);
      if (event === "except") room.broadcast("e", {}, {except: payload});
    }
  )");
  Person ann(bench);
  (void)ann.join("room:a");
  for (const std::string_view event : {"push", "broadcast", "meta"}) {
    INFO(event);
    CHECK(ann.push("room:a", event, R"({"what":[1]})")
              .find("must be an object or bytes (an ArrayBuffer, or a view of one), not an array") !=
          std::string::npos);
    CHECK(ann.push("room:a", event, R"({"what":"x"})").find("not a string") != std::string::npos);
    CHECK(ann.push("room:a", event, R"({"what":null})").find("not null") != std::string::npos);
  }
  CHECK(ann.push("room:a", "except", "{}") == R"(error {"reason":"expected a client of this room"})");
  CHECK(ann.news().empty());
}

TEST_CASE("what join pushes follows its reply, in order, and its broadcasts reach the earlier clients") {
  AppBench bench(R"(
    export function join(params, client) {
      client.push("first", {});
      room.broadcast("came", {id: client.params.name}, {except: client});
      client.push("second", {});
      return {};
    }
    export function handleIn(event, payload, client) {
      room.broadcast("hello", {}, {except: client});
      room.broadcast("all");
    }
  )");
  Person ann(bench, 0, {.query = "name=ann"});
  Person bob(bench, 1, {.query = "name=bob"});
  (void)ann.join("room:a");
  CHECK(ann.frames() == Texts{"room:a reply ok {}", "room:a first {}", "room:a second {}"});
  (void)bob.join("room:a");
  CHECK(bob.frames() == Texts{"room:a reply ok {}", "room:a first {}", "room:a second {}"});
  CHECK(ann.news() == Texts{R"(room:a came {"id":"bob"})"});
  (void)bob.push("room:a", "x");
  CHECK(bob.news() == Texts{"room:a all {}"});
  CHECK(ann.news() == Texts{"room:a hello {}", "room:a all {}"});
}

TEST_CASE("broadcasts of an intercepted event are passed to handleOut for each client") {
  AppBench bench(R"(
    export const intercept = ["said", "presence_diff"];
    export function join({name}, client) {
      client.assigns.name = name;
      room.presence.track(client, name);
    }
    export async function handleOut(event, payload, client) {
      if (event === "presence_diff") return client.push("diff", {joins: Object.keys(payload.joins)});
      if (payload.from === client.assigns.name) return;
      await null;
      if (payload.text === "bad") throw new Error("not for you");
      client.push(event, {...payload, to: client.assigns.name});
    }
    export const handleIn = (event, payload, client) => room.broadcast(event, {from: client.assigns.name, ...payload});
  )");
  Person ann(bench);
  Person bob(bench, 1);
  (void)ann.join("room:a", R"({"name":"ann"})");
  (void)bob.join("room:a", R"({"name":"bob"})");
  const auto news = ann.news();
  REQUIRE(news.size() == 2);
  CHECK(news[0].starts_with("room:a presence_state"));
  CHECK(news[1] == R"(room:a diff {"joins":["bob"]})");
  (void)bob.news();
  CHECK(bob.push("room:a", "said", R"({"text":"hi"})") == "ok {}");
  CHECK(ann.news() == Texts{R"(room:a said {"from":"bob","text":"hi","to":"ann"})"});
  CHECK(bob.news().empty());
  CHECK(bob.push("room:a", "said", R"({"text":"bad"})") == "ok {}");
  CHECK(ann.news().empty());
  CHECK(bench.logged("not for you").size() == 1);
  CHECK(bob.push("room:a", "other", R"({"text":"hi"})") == "ok {}");
  CHECK(ann.news() == Texts{R"(room:a other {"from":"bob","text":"hi"})"});
}

TEST_CASE("without handleOut, an intercepted event is passed to the clients") {
  AppBench bench(R"(
    export const intercept = ["said"];
    export const handleIn = (event, payload, client) => room.broadcast(event, payload);
  )");
  Person ann(bench);
  (void)ann.join("room:a");
  (void)ann.push("room:a", "said", R"({"n":1})");
  CHECK(ann.news() == Texts{R"(room:a said {"n":1})"});
  (void)ann.push_bytes("room:a", "said", "x");
  CHECK(ann.news() == Texts{"room:a said <x>"});
}

TEST_CASE("a client that is removed by its own message receives the reply first") {
  AppBench bench(R"(
    export function handleIn(event, payload, client) {
      if (event === "go") client.leave();
      if (event === "close") client.disconnect();
      if (event === "all") { for (const one of room.clients) one.leave(); room.stop(); }
      return {bye: true};
    }
  )");
  for (const std::string event : {"go", "close", "all"}) {
    for (const unsigned shard : {0U, 1U}) {
      INFO(event, " on shard ", shard);
      Person ann(bench, shard);
      (void)ann.join("room:a");
      CHECK(ann.push("room:a", event) == R"(ok {"bye":true})");
      CHECK(ann.connected() == (event != "close"));
      CHECK(ann.news() == (event == "close" ? Texts{} : Texts{"room:a phx_close {}"}));
    }
  }
}

TEST_CASE("terminate is called once for each client, with the reason") {
  AppBench bench(R"(
    export const left = [];
    export function handleIn(event, payload, client) {
      if (event === "go") client.leave();
      if (event === "close") client.disconnect();
    }
    export function terminate(reason, client) {
      left.push(`${client.params.name} ${reason} ${room.clients.includes(client)}`);
      room.broadcast("left", {reason});
      if (client.params.name === "bad") throw new Error("in terminate");
      if (client.params.name === "worse") return Promise.reject(new Error("in terminate, later"));
      if (client.params.name === "slow") return new Promise(() => {});
    }
  )");
  Person watcher(bench, 1);
  (void)watcher.join("room:a");
  const auto visits = [&](std::string name, auto&& ends) {
    Person visitor(bench, 0, {.query = "name=" + name});
    (void)visitor.join("room:a");
    ends(visitor);
    bench.settle();
    return visitor.news();
  };
  CHECK(visits("a", [](Person& v) { (void)v.leave("room:a"); }) == Texts{"room:a phx_close {}"});
  CHECK(visits("b", [](Person& v) { v.disconnect(); }).empty());
  CHECK(visits("c", [](Person& v) { (void)v.push("room:a", "go"); }) == Texts{"room:a phx_close {}"});
  (void)visits("d", [](Person& v) {
    (void)v.push("room:a", "close");
    CHECK_FALSE(v.connected());
  });
  (void)visits("e", [](Person& v) { CHECK(v.join("room:a") == "ok {}"); });
  CHECK(bench.evaluate("room:a", "left.join()") ==
        R"("a left false,b closed false,c removed false,d closed false,e rejoined false,e closed false")");
  CHECK(watcher.news().size() == 6);
  (void)visits("bad", [](Person& v) { (void)v.leave("room:a"); });
  CHECK(bench.logged("in terminate").size() == 1);
  CHECK(watcher.news().empty());
  (void)visits("worse", [](Person& v) { (void)v.leave("room:a"); });
  CHECK(bench.logged("in terminate, later").size() == 1);  // an unhandled rejection
  CHECK(watcher.news().size() == 1);
  (void)visits("slow", [](Person& v) { (void)v.leave("room:a"); });
  CHECK(bench.evaluate("room:a", "room.clients.length") == "1");
}

TEST_CASE(
    "a client that leaves while its join waits was never in the room, and terminate is told when the join is done") {
  AppBench bench(R"(
    export const log = [];
    let let_in;
    export const join = (params, client) => params.wait ? new Promise((done) => (let_in = done)) : {};
    export const handleInfo = () => let_in({});
    export const terminate = (reason, client) => { log.push(reason + room.clients.length); };
  )");
  Person ann(bench);
  (void)ann.join("room:a");
  Person bob(bench, 1);
  (void)bob.asks_join("room:a", R"({"wait":true})");
  bob.disconnect();
  CHECK(bench.rooms() == Texts{"room:a running 1"});
  CHECK(bench.info("room:a", "null") == "null");
  CHECK(bench.evaluate("room:a", "log") == R"(["closed1"])");
  CHECK(bench.evaluate("room:a", "room.clients.length") == "1");
}

TEST_CASE("a join that is never answered is rejected after the timeout") {
  AppBench bench("export const join = () => new Promise(() => {});", R"({limits: {replyTimeout: "3s"}})");
  Person ann(bench);
  const auto joins = ann.asks_join("room:a");
  bench.advance(3s);
  CHECK(ann.reply(joins) == R"(error {"reason":"timeout"})");
  CHECK(bench.rooms() == Texts{"room:a running 0"});
}

TEST_CASE("a client has a new id with each join, and its assigns are its own") {
  AppBench bench(R"(
    const seen = new Set();
    export const join = (params, client) => { seen.add(client.id); client.assigns.n ??= 0; return {ids: seen.size}; };
    export function handleIn(event, payload, client) {
      client.assigns.n++;
      return {n: client.assigns.n, same: room.clients[0] === client, params: client.params, frozen: Object.isFrozen(client.params)};
    }
  )");
  Person ann(bench, 0, {.query = "a=1&vsn=2.0.0"});
  CHECK(ann.join("room:a") == R"(ok {"ids":1})");
  CHECK(ann.push("room:a", "x") == R"(ok {"n":1,"same":true,"params":{"a":"1"},"frozen":true})");
  CHECK(ann.join("room:a") == R"(ok {"ids":2})");
  CHECK(ann.push("room:a", "x").starts_with(R"(ok {"n":1)"));
}

TEST_CASE("messages are handled in order while a handler awaits") {
  AppBench bench(R"(
    export const order = [];
    export async function handleIn(event, {ms}, client) {
      order.push("begin " + event);
      if (ms) await new Promise((done) => setTimeout(done, ms));
      order.push("end " + event);
      return {event};
    }
  )");
  Person ann(bench);
  (void)ann.join("room:a");
  const auto a = ann.asks("room:a", "a", R"({"ms":20})");
  const auto b = ann.asks("room:a", "b", R"({"ms":10})");
  const auto c = ann.asks("room:a", "c");
  bench.settle();
  CHECK(ann.reply(c) == R"(ok {"event":"c"})");
  bench.advance(10ms);
  CHECK(ann.reply(b) == R"(ok {"event":"b"})");
  CHECK(ann.reply(a) == "(no reply)");
  bench.advance(10ms);
  CHECK(ann.reply(a) == R"(ok {"event":"a"})");
  CHECK(bench.evaluate("room:a", "order.join()") == R"("begin a,begin b,begin c,end c,end b,end a")");
}

TEST_CASE("uncaught exceptions are logged with the room's name and counted") {
  AppBench bench(R"(
    export function handleIn(event) {
      if (event === "reject") Promise.reject(new Error("unheard"));
      if (event === "timer") setTimeout(() => { throw new Error("in a timer"); }, 1);
      if (event === "heard") Promise.reject(new Error("heard")).catch(() => {});
    }
  )");
  Person ann(bench);
  (void)ann.join("room:a");
  CHECK(ann.push("room:a", "reject") == "ok {}");
  const auto unheard = bench.logged("unheard");
  REQUIRE(unheard.size() == 1);
  CHECK(unheard[0].find("room \"room:a\"") != std::string::npos);
  CHECK(ann.push("room:a", "timer") == "ok {}");
  bench.advance(1ms);
  CHECK(bench.logged("in a timer").size() == 1);
  CHECK(bench.about("room:a", "uncaught") == "2");
  CHECK(ann.push("room:a", "heard") == "ok {}");
  CHECK(bench.logged("heard").empty());
}

TEST_CASE("rooms can send to running rooms") {
  AppBench bench(R"(
    export const got = [];
    export const handleIn = (event, {to}) => { room.send(to, {from: room.id}); };
    export async function handleInfo(message) { got.push(message); if (message === "bad") throw new Error("bad info"); }
  )");
  Person ann(bench);
  (void)ann.join("room:a");
  (void)ann.join("room:b");
  CHECK(ann.push("room:a", "x", R"({"to":"room:b"})") == "ok {}");
  CHECK(bench.evaluate("room:b", "got") == R"([{from: "a"}])");
  CHECK(ann.push("room:a", "x", R"({"to":"room:c"})") == "ok {}");
  CHECK(bench.logged("room.send to").size() == 1);
  CHECK(bench.rooms() == Texts{"room:a running 1", "room:b running 1"});
  CHECK(bench.info("room:a", "\"bad\"") == "error: bad info");
  CHECK(bench.info("room:c", "1") == "error: no room \"room:c\" is running");
}

TEST_CASE("joins of topics that no file serves, without a name or too long are rejected") {
  AppBench bench(
      Files{{"rooms/room.ts", "export {};"},
            {"rooms/lobby.ts", "export const topic = \"room:lobby\"; export const join = () => ({lobby: room.id});"}});
  Person ann(bench);
  CHECK(ann.join("room:lobby") == R"(ok {"lobby":"room:lobby"})");
  CHECK(ann.join("room:x") == "ok {}");
  CHECK(ann.join("game:x") == R"(error {"reason":"unmatched topic"})");
  CHECK(ann.join("room:") == R"(error {"reason":"the topic has no room id"})");
  CHECK(ann.join("room:" + std::string(250, 'x')) == "ok {}");
  CHECK(ann.join("room:" + std::string(251, 'x')) == R"(error {"reason":"topic too long: the limit is 255 bytes"})");
}

TEST_CASE("a lone surrogate in a script's string is sent as U+FFFD") {
  AppBench bench(R"(
    const half = "😀".slice(0, 1);
    export function join({how}) { if (how) throw new Error(how.slice(0, 1)); }
    export function handleIn(event, payload, client) {
      if (event === "throws") throw new Error(payload.text.slice(0, 1));
      if (event === "error") return client.replyLater().error(half);
      if (event === "broadcast") room.broadcast(half);
      if (event === "push") client.push(half);
      if (event === "presence") room.presence.track(client, half, {});
      if (event === "send") room.send("room:" + half, half);
      if (event === "stop") room.stop(half);
      if (event === "log") { console.log(half); Promise.reject(new Error(half)); }
    }
    export function handleRequest() { throw new Error(half); }
    export const path = "/api/:id";
  )");
  Person ann(bench);
  Person bob(bench, 1);
  CHECK(ann.join("room:a", R"({"how":"😀"})") == "error {\"reason\":\"\uFFFD\"}");
  CHECK(ann.join("room:a") == "ok {}");
  CHECK(bob.join("room:a") == "ok {}");
  CHECK(ann.push("room:a", "throws", R"({"text":"😀"})") == "error {\"reason\":\"\uFFFD\"}");
  CHECK(ann.push("room:a", "error") == "error {\"reason\":\"\uFFFD\"}");
  CHECK(ann.push("room:a", "broadcast") == "ok {}");
  CHECK(ann.push("room:a", "push") == "ok {}");
  CHECK(ann.news() == Texts{"room:a \uFFFD {}", "room:a \uFFFD {}"});
  CHECK(ann.push("room:a", "presence").starts_with("ok"));
  CHECK(ann.push("room:a", "send").starts_with("ok"));
  CHECK(ann.push("room:a", "log").starts_with("ok"));
  CHECK(bench.http("GET", "/api/a").starts_with("500"));
  CHECK(ann.push("room:a", "stop").starts_with("ok"));

  (void)bob.join("room:a");
  (void)bench.reload("export const serialize = () => 1, restore = () => { throw new Error('😀'.slice(0, 1)); };");
  (void)bench.reload("export const serialize = () => 2, restore = () => { throw new Error('😀'.slice(0, 1)); };");
  CHECK(bench.about("room:a", "trouble") == "\"reload: \uFFFD\"");
}

TEST_CASE("a reply whose toJSON does not return an object is an error") {
  AppBench bench(R"(
    const made = (json) => ({toJSON: () => json});
    const answers = {date: new Date(0), error: made("!7"), bytes: made("=!"), text: made("{}"), number: made(7), array: made([1]), nothing: made(undefined), object: made({a: 1})};
    export const handleIn = (event) => answers[event];
    export const join = ({how}) => answers[how];
  )");
  Person ann(bench);
  const std::string_view wrong =
      R"(error {"reason":"the room's reply must be an object: its toJSON returned another type"})";
  CHECK(ann.join("room:a", R"({"how":"date"})") == wrong);
  CHECK(ann.join("room:a", R"({"how":"number"})") == wrong);
  CHECK(ann.join("room:a", R"({"how":"object"})") == R"(ok {"a":1})");
  for (const std::string_view event : {"date", "error", "text", "number", "array", "nothing"}) {
    INFO(event);
    CHECK(ann.push("room:a", event) == wrong);
  }
  CHECK(ann.push("room:a", "bytes").starts_with("error "));
  CHECK(ann.push("room:a", "object") == R"(ok {"a":1})");
}

TEST_CASE("a room releases everything about a client that leaves, even if its join was never answered") {
  AppBench bench(R"(
    export function join({hoard}) {
      for (let all = null; hoard; ) all = {all};
    }
    export function handleIn(event, payload, client) { client.replyLater(); }
  )",
                 R"({limits: {heap: "16MB"}})");
  Person ann(bench, 0, {.query = "ballast=" + std::string(10'000, 'x')});
  Person bob(bench);
  (void)bob.join("room:a");
  for (int i = 0; i < 500; ++i) {
    REQUIRE(ann.join("room:a") == "ok {}");
    (void)ann.asks("room:a", "wait");
    (void)ann.leave("room:a");
    bench.advance(100ms);
  }
  const auto heap = [&] { return std::stoul(bench.about("room:a", "heap")); };
  std::size_t before = 0;
  for (int i = 0; i < 20; ++i) {
    REQUIRE(ann.join("room:a", R"({"hoard":true})") == R"(error {"reason":"out of memory"})");
    if (i == 5) before = heap();
    bench.advance(100ms);
  }
  CHECK(heap() < before + 50'000);
  CHECK(bench.about("room:a", "failures") == "0");
}
