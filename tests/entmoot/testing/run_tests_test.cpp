// SPDX-License-Identifier: MIT

#include "../../js/folder.hpp"

#include <entmoot/testing/run_tests.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <string>

using namespace entmoot_app;
using entmoot::Folder;

namespace {

using Files = std::map<std::string, std::string>;

constexpr auto chat = R"(
let said = 0;
export function join(params: { name?: string }, client: Client) {
  if (!params.name) throw new Error("no name");
  client.assigns.name = params.name;
  return { said, from: client.params.from ?? "nowhere" };
}
export function handleIn(event: string, payload: any, client: Client) {
  if (event === "break") throw new TypeError("it broke");
  if (event === "silence") return new Promise(() => {});
  if (event === "out") return client.disconnect();
  if (event === "bytes") return new Uint8Array([...payload, 9]);
  said++;
  room.broadcast("said", { ...payload, by: client.assigns.name });
  return { said };
}
export function handleInfo(message: any) { said = message.said; }
export const path = "/api/:id";
export async function handleRequest(request: Request, { path }: { path: string }) {
  return Response.json({ path, said, method: request.method, body: await request.text() }, { status: 201 });
}
export const serialize = () => { if (said === 13) throw new Error("unlucky"); return { said }; };
export const restore = (state: { said: number }) => { said = state.said; };
)";

struct Run {
  std::string text;  // the report, or the error if no test could run
  bool passed = false;
};

Run run(const Folder& app, const std::string& only = {}) {
  auto choice = choose_tests(app.path());
  if (!choice) return {choice.error().reason};
  choice->only = only;
  choice->timeout = std::chrono::seconds(1);
  std::string text;
  TestReport report(Colours(false), [&](std::string_view line) { text += line; });
  if (const auto ran = run_tests(*choice, report); !ran) return {ran.error().reason};
  return {text, report.all_passed()};
}

/// One test with `body`, in an app with the room above.
Run run_body(const std::string& body) {
  const Folder app({{"rooms/chat.ts", chat},
                    {"tests/a.test.ts",
                     "import * as t from \"entmoot:test\";\n"
                     "import { equal, join, rejects, test } from \"entmoot:test\";\n"
                     "test(\"it\", async () => {\n" +
                         body + "\n});\n"}});
  return run(app);
}

void passes(const std::string& body) {
  const Run done = run_body(body);
  INFO(done.text);
  CHECK(done.passed);
}

void fails(const std::string& body, const std::string& saying) {
  const Run done = run_body(body);
  INFO(done.text);
  CHECK_FALSE(done.passed);
  CHECK(done.text.find(saying) != std::string::npos);
}

}  // namespace

TEST_CASE("a test's clients join, push, receive each other's messages and leave") {
  passes(R"(
    const ann = await join("chat:a", { name: "Ann" }, { params: { from: "b&c d" } });
    const bob = await join("chat:a", { name: "Bob" });
    equal(ann.joined, { from: "b&c d", said: 0 });
    equal(await bob.push("say", { text: "hi" }), { said: 1 });
    equal(await ann.next("said"), { by: "Bob", text: "hi" });
    await ann.nothing();
    await ann.leave();
    await bob.push("say", { text: "anybody?" });
    await ann.nothing("said");
  )");
}

TEST_CASE("a client can push bytes and receive bytes as the reply") {
  passes(
      R"(equal([...await (await join("chat:a", { name: "Ann" })).push("bytes", new Uint8Array([1, 255]))], [1, 255, 9]);)");
}

TEST_CASE("a test signs the tokens that the app requires") {
  const auto room = "export const join = (params: unknown, client: Client) => ({ who: client.assigns.token });";
  const auto test = R"(
    import { equal, join, rejects, sign, test } from "entmoot:test";
    test("it", async () => {
      equal((await join("chat:a", {}, { token: await sign({ id: 7 }) })).joined, { who: { id: 7 } });
      equal(await rejects(join("chat:a")), "connection refused: token missing");
    });)";
  const auto config = "export default { tokens: { secret: 'twenty characters at least' } };";
  const Run done = run(Folder({{"rooms/chat.ts", room}, {"tests/a.test.ts", test}, {"entmoot.config.ts", config}}));
  INFO(done.text);
  CHECK(done.passed);
  fails(R"(await t.sign({ id: 7 });)", "`sign` needs `tokens.secret` in entmoot.config.ts");
}

TEST_CASE("a rejected join or push throws an error with the reason") {
  passes(R"(
    equal(await rejects(join("chat:a")), "no name");
    equal(await rejects(join("nowhere:a")), "unmatched topic");
    const ann = await join("chat:a", { name: "Ann" });
    equal(await rejects(ann.push("break")), "it broke");
  )");
}

TEST_CASE("a test can send to rooms, request, kill and reload them") {
  passes(R"(
    const ann = await join("chat:a", { name: "Ann" });
    await t.send("chat:a", { said: 5 });
    const response = await t.request("/api/a/x?y=1", { method: "POST", body: "hello", headers: { "content-type": "text/plain" } });
    equal([response.status, await response.json()], [201, { path: "/x", said: 5, method: "POST", body: "hello" }]);
    equal((await t.request("/nothing")).status, 404);
    await t.reload();
    equal((await ann.push("say", {})).said, 6);
    await t.send("chat:a", { said: 13 });
    equal(await rejects(t.reload()), `room "chat:a": reload: serialize: unlucky; it keeps running the previous version`);
    await t.kill("chat:a");
    await ann.next("phx_error");
    equal((await join("chat:a", { name: "Ann" })).joined.said, 0);
  )");
}

TEST_CASE("each test starts with new rooms") {
  const std::string twice = R"(
    const ann = await join("chat:a", { name: "Ann" });
    equal(ann.joined.said, 0);
    await ann.push("say", {});)";
  const Folder app({{"rooms/chat.ts", chat},
                    {"tests/a.test.ts", "import { equal, join, test } from 'entmoot:test';\ntest('one', async () => {" +
                                            twice + "});\ntest('two', async () => {" + twice + "});"}});
  const Run done = run(app);
  CHECK(done.text == "tests/a.test.ts\n  ok     one\n  ok     two\n\n2 passed, 0 failed\n");
  CHECK(done.passed);
}

TEST_CASE("values that are not equal are shown, with the position in the test") {
  const Run done = run_body("  equal({ b: 1, a: [undefined, 2] }, { a: [null, 2], b: 2 });");
  CHECK(
      done.text.starts_with("tests/a.test.ts\n"
                            "  not ok it\n"
                            "         the values are not equal\n"
                            "         actual    {\"a\":[null,2],\"b\":1}\n"
                            "         expected  {\"a\":[null,2],\"b\":2}\n"
                            "         at tests/a.test.ts:4:"));
  CHECK(done.text.ends_with("\n\n0 passed, 1 failed\n"));
}

TEST_CASE("an exception of a room is shown with its position in the room and that of the call in the test") {
  const std::string body = R"(const ann = await join("chat:a", { name: "Ann" });
    await ann.push("break");)";
  fails(body, "         it broke\n         at tests/a.test.ts:5:");
  fails(body, "| room \"chat:a\": the script threw \"it broke\"\n         |     at handleIn (rooms/chat.ts:9:");
}

TEST_CASE("a timeout of next() lists the messages that were received") {
  fails(R"(const ann = await join("chat:a", { name: "Ann" });
    await ann.push("say", {}); await ann.push("say", {});
    await ann.next("sad", { within: 20 });)",
        "no \"sad\" within 0.02 s; received: \"said\" (2 times)\n         at tests/a.test.ts:6:");
  fails(R"(await (await join("chat:a", { name: "Ann" })).next("said", { within: 5 });)",
        "within 0.005 s; received: nothing");
  fails(R"(const ann = await join("chat:a", { name: "Ann" }); await ann.push("say", {}); await ann.nothing("said");)",
        "expected no message; received: \"said\"");
}

TEST_CASE("the requests of a client that the room disconnects fail with the reason") {
  passes(R"(
    const ann = await join("chat:a", { name: "Ann" });
    const hears = ann.next("said");
    const waits = rejects(ann.push("silence"));
    await ann.push("out");
    equal(await rejects(hears), 'no more "said" can arrive: the server closed the connection (1001)');
    equal(await waits, 'no reply to "silence": the server closed the connection (1001)');
  )");
}

TEST_CASE("a test that does not finish fails, and later tests run") {
  const Folder app({{"rooms/chat.ts", chat}, {"tests/a.test.ts", R"(import { join, test } from "entmoot:test";
test("waits", async () => { await (await join("chat:a", { name: "Ann" })).push("silence"); });
test("computes", () => { for (;;); });
test("ends", async () => { await join("chat:a", { name: "Ann" }); });)"}});
  const Run done = run(app);
  INFO(done.text);
  CHECK(done.text.find("  not ok waits\n         did not finish within 1 s\n") != std::string::npos);
  CHECK(done.text.find("  not ok computes\n") != std::string::npos);
  CHECK(done.text.find("  ok     ends\n") != std::string::npos);
  CHECK(done.text.ends_with("\n1 passed, 2 failed\n"));
}

TEST_CASE("an uncaught exception fails the test") {
  const std::string body = R"(void join("chat:a"); await t.sleep(1); await t.rest();)";
  fails(body, "uncaught exception");
  fails(body,
        "| \"tests/a.test.ts\": unhandled rejection: \"no name\"\n         |     at <anonymous> (tests/a.test.ts:4:");
}

TEST_CASE("a missing await fails the test that lacks it, not the next one") {
  const std::string import = "import { join, test } from \"entmoot:test\";\n";
  const std::string innocent = "test(\"innocent\", async () => { await join(\"chat:a\", { name: \"Ann\" }); });\n";
  for (const std::string forgetful : {R"(ann.push("break");)", R"(ann.next("what never comes");)"}) {
    CAPTURE(forgetful);
    const Folder app({{"rooms/chat.ts", chat},
                      {"tests/a.test.ts", import +
                                              "test(\"forgetful\", async () => {\n"
                                              "  const ann = await join(\"chat:a\", { name: \"Ann\" }); " +
                                              forgetful + "\n});\n" + innocent}});
    const Run done = run(app);
    CHECK_MESSAGE(done.text.find("not ok forgetful") != std::string::npos, done.text);
    CHECK_MESSAGE(done.text.find("ok     innocent") != std::string::npos, done.text);
  }
}

TEST_CASE("console output of a test is shown, with control characters escaped") {
  const Run done = run_body("console.log('Bäume\\n', \"\\x1b[31m\\\\\");");
  INFO(done.text);
  CHECK(done.passed);
  CHECK(done.text.find("| \"tests/a.test.ts\" console: Bäume\n         |  \\x1b[31m\\") != std::string::npos);
}

TEST_CASE("a file that cannot run fails with its position, and the others run") {
  const Folder app(
      {{"rooms/chat.ts", chat},
       {"tests/a.test.ts", "import { test } from 'entmoot:test';\nif (test) throw new Error('at the top');"},
       {"tests/b.test.ts", "let x: = 1;"},
       {"tests/c.test.ts", "export {};"},
       {"tests/d.test.ts", "import { test } from 'entmoot:test'; test('fine', () => {});"}});
  const Run done = run(app);
  INFO(done.text);
  CHECK(done.text.find("         at the top\n") != std::string::npos);
  CHECK(done.text.find("tests/b.test.ts:1:8: ") != std::string::npos);
  CHECK(done.text.find("the file registers no test") != std::string::npos);
  CHECK(done.text.find("  ok     fine\n") != std::string::npos);
  CHECK_FALSE(done.passed);
}

TEST_CASE("tests are selected by folder, file or part of their name") {
  const Folder app(
      {{"rooms/chat.ts", chat},
       {"tests/b.test.ts", "import { test } from 'entmoot:test'; test('x one', () => {}); test('y', () => {});"},
       {"tests/a.test.ts", "import { test } from 'entmoot:test'; test('x two', () => {});"},
       {"tests/readme.md", ""}});
  CHECK(run(app, "x").text ==
        "tests/a.test.ts\n  ok     x two\ntests/b.test.ts\n  ok     x one\n\n2 passed, 0 failed\n");
  CHECK(run(app, "z").text == "no test name contains \"z\"");
  const auto one = choose_tests(app.path() / "tests/b.test.ts");
  REQUIRE(one.has_value());
  CHECK(one->folder == app.path());
  CHECK(one->files.size() == 1);
  CHECK(choose_tests(app.path() / "tests/readme.md").error().reason.find("not a test") != std::string::npos);
}

TEST_CASE("an app without tests, and one with a broken room, are errors") {
  const Folder none(Files{{"rooms/chat.ts", chat}});
  CHECK(run(none).text.find("no tests found") != std::string::npos);
  const Folder broken({{"rooms/chat.ts", "export let x: = 1;"}, {"tests/a.test.ts", ""}});
  CHECK(run(broken).text.starts_with("rooms/chat.ts:1:15: "));
}

TEST_CASE("a test moves the rooms' clock: timers fire in order, dates advance, rooms sleep, and waits end") {
  const auto room = R"(
    const log: string[] = [];
    const start = Date.now();
    const minutes = 60_000;
    let ticks = 0;
    setInterval(() => ticks++, minutes);
    setTimeout(() => { log.push("late"); setTimeout(() => log.push("later"), 5 * minutes); }, 60 * minutes);
    setTimeout(() => log.push("early"), 30 * minutes);
    export const handleIn = (event: string) => {
      if (event === "silence") return new Promise(() => {});
      return { log, ticks, passed: Math.floor((Date.now() - start) / minutes) };
    };
    export const serialize = () => ({ slept: true });
    let woken = false;
    export const restore = () => { woken = true; };
    export const join = () => ({ woken });
  )";
  const auto test = R"(
    import { advance, equal, join, rejects, test } from "entmoot:test";
    test("time", async () => {
      const ann = await join("chat:a");
      equal(await ann.push("look"), { log: [], ticks: 0, passed: 0 });
      const minutes = 60_000;
      await advance(20 * minutes);
      equal(await ann.push("look"), { log: [], ticks: 20, passed: 20 });
      await advance(20 * minutes);
      equal((await ann.push("look")).log, ["early"]);
      await advance(30 * minutes);
      equal(await ann.push("look"), { log: ["early", "late", "later"], ticks: 70, passed: 70 });
      const silence = rejects(ann.push("silence"));
      await advance(11_000);
      equal(await silence, "timeout");
      await ann.leave();
      await advance(600_000);
      equal((await join("chat:a")).joined, { woken: true });
    });
    test("each test begins now", async () => {
      const ann = await join("chat:a");
      equal((await ann.push("look")).passed, 0);
      equal(await rejects(advance(-1)), "advance() takes a time in milliseconds, at most 366 days");
      equal(await rejects(advance("1s" as any)), "advance() takes a time in milliseconds, at most 366 days");
    });)";
  const Folder app({{"rooms/chat.ts", room}, {"tests/a.test.ts", test}});
  auto choice = choose_tests(app.path());
  REQUIRE(choice.has_value());
  std::string text;
  TestReport report(Colours(false), [&](std::string_view line) { text += line; });
  REQUIRE(run_tests(*choice, report).has_value());
  INFO(text);
  CHECK(report.all_passed());
  CHECK(text.find("2 passed, 0 failed") != std::string::npos);
}

TEST_CASE("a test answers the fetches of its rooms, and origins that are not listed are refused") {
  const auto room = R"(
    export async function handleIn(event: string, { url, ...init }: any) {
      try {
        const response = await fetch(url, { ...init, signal: AbortSignal.timeout(2000) });
        return { status: response.status, type: response.headers.get("x-kind"), url: response.url, text: await response.text() };
      } catch (error) {
        return { failed: String(error) };
      }
    }
  )";
  const auto test = R"(
    import { afterEach, equal, join, onFetch, test } from "entmoot:test";
    const seen: string[] = [];
    afterEach(() => { seen.length = 0; });
    test("answers", async () => {
      onFetch(async (request) => {
        seen.push(`${request.method} ${request.url} ${request.headers.get("authorization")} ${await request.text()}`);
        if (request.url.endsWith("/broken")) throw new Error("no network");
        if (request.url.endsWith("/odd")) return 7 as any;
        return new Response(`hello ${seen.length}`, { status: 201, headers: { "x-kind": "ö" } });
      });
      const ann = await join("chat:a");
      const url = "https://api.example.com/a?b=c";
      equal(await ann.push("get", { url }), { status: 201, type: "ö", url, text: "hello 1" });
      equal((await ann.push("get", { url, method: "POST", body: "é", headers: { authorization: "Bearer x" } })).text, "hello 2");
      equal(seen, [`GET ${url} null `, `POST ${url} Bearer x é`]);
      equal(await ann.push("get", { url: "https://api.example.com/broken" }), { failed: "TypeError: fetch failed: no network" });
      equal((await ann.push("get", { url: "https://api.example.com/odd" })).failed, "TypeError: fetch failed: the function of onFetch() must return a Response");
      equal((await ann.push("get", { url: "https://other.example.com/" })).failed.includes("other.example.com"), true);
      equal(seen.length, 4);
      onFetch(() => Response.json({ second: true }));
      const all = await Promise.all([1, 2, 3].map(() => ann.push("get", { url })));
      equal(all.map(({ text }) => text), ['{"second":true}', '{"second":true}', '{"second":true}']);
    });
    test("a fetch that is not answered does not outlive its test", async () => {
      onFetch(() => new Promise(() => {}));
      const ann = await join("chat:a");
      void ann.push("get", { url: "https://api.example.com/" }).catch(() => {});
    });
    test("the next test begins without", async () => {
      const ann = await join("chat:a");
      equal(typeof (await ann.push("get", { url: "https://api.example.com.invalid/" })).failed, "string");
    });)";
  const auto config = R"(export default { fetch: ["https://api.example.com"] };)";
  const Run done = run(Folder({{"rooms/chat.ts", room}, {"tests/a.test.ts", test}, {"entmoot.config.ts", config}}));
  INFO(done.text);
  CHECK(done.passed);
  CHECK(done.text.find("3 passed, 0 failed") != std::string::npos);
}

TEST_CASE("tests are skipped, chosen and made of tables, and hooks run around each of them") {
  const auto test = R"(
    import { afterEach, beforeEach, equal, join, test } from "entmoot:test";
    let log: string[] = [];
    beforeEach(async () => { log = ["before"]; await join("chat:a", { name: "Ann" }); });
    afterEach(() => { if (log.at(-1) === "fails after") throw new Error("after"); });
    test("one", async () => equal(log, ["before"]));
    test.skip("two", () => { throw new Error("never"); });
    test.each([[1, "a"], [2, "b"]])("%d is %j, not %s%%", (n: number, text: string) => equal(typeof n + typeof text, "numberstring"));
    test.each([{ name: "x", n: 1 }, { name: "x", n: 2 }])("of $name and $none", ({ n }) => equal(n > 0, true));
    test("fails after", () => { log.push("fails after"); });
  )";
  const Run all = run(Folder({{"rooms/chat.ts", chat}, {"tests/a.test.ts", test}}));
  INFO(all.text);
  CHECK(all.text.find("  ok     one\n  skip   two\n  ok     1 is \"a\", not %s%\n") != std::string::npos);
  CHECK(all.text.find("  ok     of x and $none\n  ok     of x and $none (2)\n  not ok fails after\n         after\n") !=
        std::string::npos);
  CHECK(all.text.find("5 passed, 1 failed, 1 skipped") != std::string::npos);
  CHECK_FALSE(all.passed);

  const auto chosen = R"(
    import { test } from "entmoot:test";
    test("one", () => { throw new Error("never"); });
    test.only("two", () => {});
    test.only.each([3, 4])("%s", () => {});
  )";
  const Run only = run(Folder({{"rooms/chat.ts", chat}, {"tests/a.test.ts", chosen}}));
  INFO(only.text);
  CHECK(only.passed);
  CHECK(only.text.find("3 passed, 0 failed, 1 skipped") != std::string::npos);

  const auto broken = R"(
    import { beforeEach, test } from "entmoot:test";
    beforeEach(() => { throw new Error("not ready"); });
    test("one", () => { throw new Error("never"); });
  )";
  const Run failed = run(Folder({{"rooms/chat.ts", chat}, {"tests/a.test.ts", broken}}));
  INFO(failed.text);
  CHECK(failed.text.find("not ready") != std::string::npos);
  CHECK(failed.text.find("never") == std::string::npos);
}

TEST_CASE("a test drives two rooms that call each other") {
  const auto room = R"(
    let score = 0;
    export async function handleIn(event: string, { to }: { to: string }) {
      if (event === "ask") return room.call(to, { add: 2 });
    }
    export function handleCall({ add }: { add: number }, { from }: { from: string }) {
      score += add;
      if (score > 3) throw new Refusal("enough", { score, from });
      return { score, from };
    }
  )";
  const auto test = R"(
    import { equal, join, test } from "entmoot:test";
    test("it", async () => {
      const ann = await join("chat:a");
      equal(await ann.push("ask", { to: "chat:b" }), { score: 2, from: "chat:a" });
      const refused = await ann.push("ask", { to: "chat:b" }).catch((error) => error);
      equal([refused.message, refused.response], ["enough", { reason: "enough", score: 4, from: "chat:a" }]);
    });)";
  const Run done = run(Folder({{"rooms/chat.ts", room}, {"tests/a.test.ts", test}}));
  INFO(done.text);
  CHECK(done.passed);
}
