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
