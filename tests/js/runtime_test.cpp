// SPDX-License-Identifier: MIT

#include "bench.hpp"

#include <entmoot/core/sanitizers.hpp>
#include <entmoot/js/script.hpp>

#include <string>
#include <vector>

using namespace entmoot;
using namespace entmoot::js;

namespace {

using Said = std::vector<std::string>;

}  // namespace

TEST_CASE("a script keeps its state between calls, and two rooms from one template share nothing") {
  constexpr auto source = R"(
    interface Message { sender: string; text: string }
    const messages: Message[] = [];
    function send(sender: string, text: string): number { return messages.push({ sender, text }); }
    const history = () => messages;
  )";
  Bench a(source);
  CHECK(a.start() == Ended::done);
  CHECK(a.started);
  a.invoke(1, "send", R"(["ann","hello"])");
  a.invoke(2, "send", R"(["bob","ho\u006d"])");
  a.invoke(3, "history");
  CHECK(a.said == Said{"1 ok 1", "2 ok 2", R"(3 ok [{"sender":"ann","text":"hello"},{"sender":"bob","text":"hom"}])"});
  a.said.clear();
  a.fresh();
  a.start();
  a.invoke(4, "history");
  CHECK(a.said == Said{"4 ok []"});
}

TEST_CASE("the outcomes of a call: a value, nothing, a promise, an exception, no such function") {
  Bench room(R"(
    function nothing() {}
    async function later(x) { await null; return x * 2; }
    async function fails() { await null; throw new Error("no"); }
    function throws() { throw new TypeError("bad"); }
    function odd() { throw { toString() { throw 1; } }; }
    function cyclic() { const a = {}; a.a = a; return a; }
  )");
  room.start();
  room.invoke(1, "nothing");
  room.invoke(2, "later", "[21]");
  room.invoke(3, "fails");
  room.invoke(4, "throws");
  room.invoke(5, "absent");
  room.invoke(6, "odd");
  room.invoke(7, "cyclic");
  REQUIRE(room.said.size() == 7);
  CHECK(room.said[0] == "1 ok null");
  CHECK(room.said[1] == "2 ok 42");
  CHECK(room.said[2] == "3 error no");
  CHECK(room.said[3] == "4 error bad");
  CHECK(room.said[4] == R"(5 error the room's script has no function "absent")");
  CHECK(room.said[5] == "6 error the error cannot be converted to a string");
  CHECK(room.said[6].starts_with("7 error the result cannot be serialized as JSON"));
}

TEST_CASE("Beam and BroadcastChannel reach the host as JSON") {
  Bench room(R"(
    const channel = new BroadcastChannel("chat");
    const ear = new BroadcastChannel("chat");
    ear.onmessage = (event) => console.log("heard", event.data);
    function go() {
      channel.postMessage({ a: 1 });
      Beam.call("save", 1, "two").then((v) => console.log("saved", v), (e) => console.warn(e.message));
      return Beam.callSync("load", { x: undefined });
    }
    function bad() { return Beam.callSync("error"); }
  )");
  room.start();
  room.invoke(1, "go");
  room.run({.kind = Entry::Kind::settle, .id = 1, .ok = true, .json = R"({"ok":true})"});
  room.run({.kind = Entry::Kind::settle, .id = 1, .ok = true, .json = "null"});  // settled already
  room.invoke(2, "bad");
  CHECK(room.said == Said{R"(post chat {"a":1})", R"(call 1 save [1,"two"])", "callSync load [{}]", "1 ok [42]",
                          "log 1 heard { a: 1 }", "log 1 saved { ok: true }", "callSync error []", "2 error [42]"});
}

TEST_CASE("the time of day that a script sees is its host's") {
  Bench room(R"(
    const times = () => [Date.now(), new Date().toISOString(), Date() === new Date(Date.now()).toString(),
                         performance.timeOrigin + performance.now() - Date.now()];
  )");
  room.start();
  room.invoke(1, "times");
  room.clock.advance(std::chrono::hours(25) + std::chrono::microseconds(1999));
  room.invoke(2, "times");
  CHECK(room.said == std::vector<std::string>{R"(1 ok [1704067200000,"2024-01-01T00:00:00.000Z",true,0])",
                                              R"(2 ok [1704157200001,"2024-01-02T01:00:00.001Z",true,-90000001])"});
}

TEST_CASE("uncaught errors in timers and microtasks and unhandled rejections are reported") {
  Bench room(R"(
    setTimeout(() => { throw new Error("in a timer"); }, 5);
    queueMicrotask(() => { throw new Error("in a microtask"); });
    Promise.reject(new Error("unheard"));
    const heard = Promise.reject(new Error("heard"));
    heard.catch(() => {});
  )");
  CHECK(room.start() == Ended::done);
  room.run({.kind = Entry::Kind::fire, .id = 7});
  CHECK(room.said == Said{"timer 5", "uncaught 2: in a microtask", "uncaught 3: unheard", "uncaught 0: in a timer"});
}

TEST_CASE("a script whose top level throws answers call 0 with the error") {
  Bench room("throw new Error('not today')");
  CHECK(room.start() == Ended::done);
  CHECK(room.said == Said{"0 error not today"});
}

TEST_CASE("an endless loop ends when the host interrupts it, and no catch block of the script runs") {
  Bench room(
      "function spin() { try { for (;;) {} } catch { console.log('caught'); } finally { console.log('finally'); } }");
  room.start();
  room.stop = true;
  CHECK(room.invoke(1, "spin") == Ended::interrupted);
  room.stop = false;
  room.said.clear();
  CHECK(room.invoke(2, "spin2") == Ended::done);  // the engine is well
}

TEST_CASE("an interruption ends with its turn: nothing that the turn has queued or rejected affects the next turn") {
  Bench room(R"(
    let kept, ran = 0;
    function executor() {
      Promise.resolve().then(() => { ran++; });
      kept = new Promise(() => { for (;;) {} });
      kept.then(() => 1);
      for (;;) {}
    }
    function ping() { return ran; }
    async function take() { try { await kept; } catch (error) { return error.message; } }
  )");
  room.start();
  room.stop = true;
  CHECK(room.invoke(1, "executor") == Ended::interrupted);
  room.stop = false;
  room.said.clear();
  CHECK(room.invoke(2, "ping") == Ended::done);
  CHECK(room.invoke(3, "take") == Ended::done);
  CHECK(room.said == Said{"2 ok 1", "3 ok \"interrupted\""});
}

TEST_CASE("an endless recursion is an error of the script, not of the server") {
  Bench room("function deep() { return deep() + 1; }");
  room.start();
  CHECK(room.invoke(1, "deep") == Ended::done);
  REQUIRE(room.said.size() == 1);
  CHECK(room.said[0] == "1 error Maximum call stack size exceeded");
}

TEST_CASE("a script that breaks the globals does not break the server") {
  Bench room(R"(
    JSON.parse = JSON.stringify = Reflect.apply = Array.prototype.push = Promise.prototype.then = () => { throw 1; };
    Object.defineProperty(Object.prototype, 'ok', { get() { throw 2; } });
    function f(x) { return [x]; }
    async function g() { return 1; }
  )");
  room.start();
  room.invoke(1, "f", "[5]");
  room.invoke(2, "g");
  CHECK(room.said == Said{"1 ok [5]", "2 ok 1"});
}

TEST_CASE("a script cannot get the functions on the stack, the server's among them") {
  Bench room(R"(
    let handed = 0;
    const look = () => new Error().stack;
    Error.prepareStackTrace = (error, sites) => {
      for (const site of sites) if (typeof site.getFunction?.() === 'function') handed++;
      return sites.length > 0 ? 'sites' : 'none';
    };
    function f() {
      try { Beam.callSync('error'); } catch {}
      Promise.reject({ get message() { look(); return 'm'; } });
      return look();
    }
    function count() { return handed; }
  )");
  room.start();
  room.invoke(1, "f");
  room.invoke(2, "count");
  CHECK(room.said == Said{"callSync error []", "1 ok \"sites\"", "uncaught 3: m", "2 ok 0"});
}

TEST_CASE("a promise with a broken then makes its call fail, and nothing else") {
  Bench room(R"(
    class Odd extends Promise { static get [Symbol.species]() { throw new Error('no species'); } }
    function odd() { return new Odd(() => {}); }
    function fake() { return Object.create(Promise.prototype); }
    function ping() { return 1; }
  )");
  room.start();
  CHECK(room.invoke(1, "odd") == Ended::done);
  CHECK(room.invoke(2, "fake") == Ended::done);
  CHECK(room.invoke(3, "ping") == Ended::done);
  REQUIRE(room.said.size() == 3);
  CHECK(room.said[0] == "1 error no species");
  CHECK(room.said[1].starts_with("2 error "));
  CHECK(room.said[2] == "3 ok 1");
}

TEST_CASE("microtasks queued by the report of an unhandled rejection run in the same turn") {
  Bench room(R"(
    let ran = 0, again = 3;
    const odd = () => ({ get message() { queueMicrotask(() => { ran++; if (--again > 0) Promise.reject(odd()); }); return 'odd'; } });
    function f() { Promise.reject(odd()); }
    function count() { return ran; }
  )");
  room.start();
  CHECK(room.invoke(1, "f") == Ended::done);
  CHECK(room.invoke(2, "count") == Ended::done);
  CHECK(room.said == Said{"1 ok null", "uncaught 3: odd", "uncaught 3: odd", "uncaught 3: odd", "2 ok 3"});
}

TEST_CASE("a Beam.call is rejected whose answer cannot be read") {
  Bench room("async function f() { try { await Beam.call('save'); } catch (error) { return error.name; } }");
  room.start();
  CHECK(room.invoke(1, "f") == Ended::done);
  CHECK(room.run({.kind = Entry::Kind::settle, .id = 1, .json = "{]"}) == Ended::done);
  CHECK(room.said == Said{"call 1 save []", "1 ok \"SyntaxError\""});
}

TEST_CASE("a turn that leaves too much garbage collects it, and runs the finalizers, or is dropped like any other") {
  Bench room(R"(
    const registry = new FinalizationRegistry((n) => { console.log('collected ' + n); });
    function f() {
      for (let i = 0; i < 3; i++) {
        const circle = { ballast: new ArrayBuffer(300000) };
        circle.self = circle;
        registry.register(circle, i);
      }
    }
    function ping() { return 1; }
  )",
             {.hard = 4u << 20, .soft = 1u << 20});
  room.start();
  CHECK(room.invoke(1, "f") == Ended::done);
  CHECK(room.said == Said{"1 ok null", "log 1 collected 0", "log 1 collected 1", "log 1 collected 2"});
  CHECK_FALSE(room.runtime->heap().over_soft());

  for (std::uint64_t n = 0;; ++n) {
    INFO("allocation ", n);
    room.fresh();
    room.start();
    room.runtime->heap().exhaust_after(n);
    room.invoke(1, "f");
    if (!room.exhausted) break;
  }
}

TEST_CASE("a room that allocates without end is dropped at its limit, again and again, and leaks nothing") {
  Bench room("const all = []; function hoard() { for (;;) all.push('x'.repeat(5000) + all.length); }",
             {.hard = 2u << 20, .soft = 2u << 20});
  for (int i = 0; i < 20; ++i) {
    room.fresh();
    room.start();
    room.invoke(1, "hoard");
    CHECK(room.exhausted);
    CHECK(room.runtime->heap().poisoned());
    CHECK(room.runtime->heap().footprint() <= 2u << 20);
  }
  CHECK(room.arena.in_use() == 1);
}

TEST_CASE("failing each allocation of a start and a chat turn in turn drops the room and nothing else") {
  constexpr auto source = R"(
    const state = { messages: [] };
    const channel = new BroadcastChannel("chat");
    function send(sender, text) {
      const message = { sender, text, timestamp: 1 };
      state.messages.push(message);
      state.pictures = [new Uint8Array(30_000), new Uint8Array(30_000), new Uint8Array(30_000)];
      channel.postMessage(message);
      Promise.resolve().then(() => 1);
      return message;
    }
  )";
  Bench room(source);
  std::uint64_t failed = 0;
  for (std::uint64_t at = 0;; ++at) {
    room.fresh();
    room.runtime->heap().exhaust_after(at);
    room.start();
    if (!room.exhausted) room.invoke(1, "send", R"(["ann","hello"])");
    if (!room.exhausted) break;
    ++failed;
    CHECK(room.runtime->heap().poisoned());
  }
  // The engine asks for pages and cuts small blocks out of them itself, but for sanitizers.
  CHECK(failed > (with_asan ? 20 : 1));
  CHECK(room.said.back() == R"(1 ok {"sender":"ann","text":"hello","timestamp":1})");
}

TEST_CASE("a copied heap is sound: it survives collections and the engine's own features") {
  Bench room(R"(
    function exercise() {
      const byObject = new Map(); const key = {}; byObject.set(key, 1);
      class A { #x = 1; get x() { return this.#x; } }
      let sum = 0; for (const v of (function* () { for (let i = 0; i < 1e4; i++) yield i; })()) sum += v;
      const big = Array.from({ length: 2e3 }, (_, i) => ({ i, s: 'x' + i })); big.sort((a, b) => b.i - a.i);
      return [byObject.get(key), new A().x, sum, 'abc123'.replace(/\d+/g, '-'), new Uint8Array(10).length,
        Reflect.ownKeys(new Proxy({ q: 1 }, {})).join(), String(10n ** 30n), new Date(0).toISOString(),
        typeof Atomics, typeof SharedArrayBuffer, Math.random()].join('|');
    }
  )");
  for (int i = 0; i < 3; ++i) {
    room.fresh();
    room.start();
    room.said.clear();
    room.invoke(1, "exercise");
    room.runtime->collect_garbage();
    room.invoke(2, "exercise");
    const std::string expected =
        R"(ok "1|1|49995000|abc-|10|q|1000000000000000000000000000000|1970-01-01T00:00:00.000Z|undefined|undefined|0.25")";
    CHECK(room.said == Said{"1 " + expected, "2 " + expected});
    CHECK(room.runtime->heap().inspect() == nullptr);
  }
}

TEST_CASE("no copy of any template differs from another in a single name that a script can see") {
  // Every property name and function name that can be reached from the global object. Templates are built at addresses
  // that differ from run to run, so that a number mistaken for a pointer would show here sooner or later.
  constexpr auto source = R"(
    function world() {
      const seen = new Set(); const out = [];
      const walk = (value, path) => {
        if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return;
        seen.add(value);
        for (const key of Reflect.ownKeys(value)) {
          const property = Reflect.getOwnPropertyDescriptor(value, key);
          out.push(path + '.' + String(key) + (typeof property.value === 'string' ? '=' + property.value : ''));
          walk(property.value, out.at(-1)); walk(property.get, out.at(-1)); walk(property.set, out.at(-1));
        }
        walk(Object.getPrototypeOf(value), path + '.__proto__');
      };
      walk(globalThis, '');
      return out.join('\n');
    }
  )";
  std::string first;
  for (int build = 0; build < 8; ++build) {
    Bench room(source);
    for (int copy = 0; copy < 2; ++copy) {
      room.fresh();
      room.start();
      room.invoke(1, "world");
      REQUIRE(room.said.size() == 1);
      if (first.empty()) first = room.said[0];
      CHECK(first.size() > 20'000);
      CHECK(room.said[0] == first);
      room.said.clear();
    }
  }
}

TEST_CASE("an error of compilation names its position") {
  auto script = compile_script("chat.js", "let a = 1;\nlet b = ;\n");
  REQUIRE_FALSE(script.has_value());
  CHECK(script.error().reason.starts_with("chat.js:2:"));
  auto typed = compile_script("chat.ts", "interface A {\n  x: \n");
  REQUIRE_FALSE(typed.has_value());
  CHECK(typed.error().reason.find("chat.ts") != std::string::npos);
}
