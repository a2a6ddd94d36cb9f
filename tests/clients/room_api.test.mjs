// SPDX-License-Identifier: MIT
//
// What rooms tell clients of their errors, what they see of the environment, and how they talk to each other, as a page
// experiences it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { closeMembers, freshTopic, Member } from "./member.mjs"; // first: it prepares what phoenix.js finds
import { until } from "./chat_client.mjs";
import { ChatServer, command } from "./chat_server.mjs";

const folder = mkdtempSync(join(tmpdir(), "entmoot-api-"));
let server;
before(async () => {
  cpSync(fileURLToPath(new URL("api_app", import.meta.url)), folder, { recursive: true });
  process.env.ENTMOOT_TEST_KEY = "a key";
  server = await ChatServer.start({ folder });
});
after(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(closeMembers);

const desk = () => freshTopic("desk");

test("a Refusal is an answer: with its details, without a line in the log", async () => {
  const member = await Member.in(server, desk());
  const seen = [];
  member.channel.on("seen", ({ before: what }) => seen.push(what));
  assert.deepEqual(await member.ask("refuse"), { status: "error", response: { reason: "it is your fault", field: "name" } });
  assert.deepEqual((await member.ask("refuse_later")).response, { reason: "it was your fault" });
  assert.deepEqual(seen, []); // what was sent before it is discarded
  assert.doesNotMatch(server.output, /your fault/);
});

test("a join can be refused with details", async () => {
  const member = new Member(server, desk(), { params: { welcome: false } });
  await assert.rejects(member.joined, (why) => {
    assert.deepEqual(why, { reason: "you are not welcome", until: "tomorrow" });
    return true;
  });
});

test("the message of an exception is for the log, which has it under the id that the client gets", async () => {
  const member = await Member.in(server, desk());
  for (const event of ["fail", "fail_later"]) {
    const { status, response } = await member.ask(event);
    assert.equal(status, "error");
    assert.equal(response.reason, "internal error");
    assert.match(response.id, /^[0-9a-f]{12}$/);
    const line = new RegExp(`the password is hunter2.*\\(id ${response.id}\\)[\\s|]+at handleIn`);
    await until(() => line.test(server.output), () => `${line} in\n${server.output}`);
  }
});

test("an HTTP request is refused with a status and JSON, and told nothing of an exception", async () => {
  const path = `${server.url}/desk/${process.pid}`;
  const forbidden = await fetch(`${path}/forbidden`);
  assert.equal(forbidden.status, 403);
  assert.match(forbidden.headers.get("content-type"), /^application\/json/);
  const { reason, need } = await forbidden.json();
  assert.deepEqual({ reason, need }, { reason: "not yours", need: "a key" });
  assert.equal((await fetch(`${path}/wrong`)).status, 400);
  const failed = await fetch(path);
  assert.equal(failed.status, 500);
  assert.doesNotMatch(await failed.text(), /hunter2/);
});

test("rooms see the variables that the configuration names, and no others", async () => {
  const member = await Member.in(server, desk());
  assert.deepEqual((await member.ask("env")).response, { env: { ENTMOOT_TEST_KEY: "a key" } });
});

test("a variable that is not set is an error at the start; in development it may be in .env", () => {
  const { ENTMOOT_TEST_KEY: _, ...env } = process.env;
  const run = (...args) => spawnSync(command, args, { env, encoding: "utf8", timeout: 20000 });
  const bare = run("serve", folder);
  assert.equal(bare.status, 1);
  assert.match(bare.stderr, /ENTMOOT_TEST_KEY/);
  writeFileSync(join(folder, ".env"), '# for development\nexport ENTMOOT_TEST_KEY="from\\nthe file" # comment\n');
  assert.equal(run("check", folder).status, 0);
  assert.equal(run("serve", folder).status, 1); // not in production
  writeFileSync(join(folder, ".env"), "ENTMOOT_TEST_KEY='open\n");
  assert.match(run("check", folder).stderr, /\.env:1: the value has no closing quote/);
  rmSync(join(folder, ".env"));
});

for (const kind of ["desk", "vault"]) {
  test(`a ${kind} calls another room, which is started for that, on whichever shard`, async () => {
    const member = await Member.in(server, freshTopic(kind));
    for (let i = 0; i < 4; i++) {
      const topic = freshTopic(kind);
      const { status, response } = await member.ask("call", { topic, message: { do: "echo", n: i } });
      assert.equal(status, "ok", JSON.stringify(response));
      assert.deepEqual(response, { message: { do: "echo", n: i }, from: member.channel.topic, to: topic });
    }
  });
}

test("rooms that call each other do not wait for themselves", async () => {
  const member = await Member.in(server, desk());
  const { response } = await member.ask("call", { topic: desk(), message: { do: "back" } });
  assert.equal(response.heard.to, member.channel.topic);
});

test("a call that fails says why: refused, failed, too late, nobody there", { timeout: 30000 }, async () => {
  const member = await Member.in(server, desk());
  const ask = (payload) => member.ask("call", payload);
  const topic = desk();
  const refused = await ask({ topic, message: { do: "refuse" } });
  assert.deepEqual(refused.response, { reason: "not for you", from: member.channel.topic });
  for (const payload of [
    { topic, message: { do: "fail" } },
    { topic, message: { do: "never" }, options: { timeout: 50 } },
    { topic: "nowhere:1", message: {} },
    { topic, message: { do: "around" }, options: { timeout: 400 } },
  ]) {
    const { status, response } = await ask(payload);
    assert.equal(status, "error", JSON.stringify(payload));
    assert.doesNotMatch(JSON.stringify(response), /hunter2/);
  }
  assert.equal((await ask({ topic, message: { do: "echo" } })).status, "ok"); // both rooms go on
});

test("room.send starts a room if it is told to", async () => {
  const member = await Member.in(server, desk());
  const [asleep, started] = [desk(), desk()];
  await member.ask("send", { topic: asleep, message: { add: 5 } });
  await member.ask("send", { topic: started, message: { add: 5 }, options: { start: true } });
  await until(() => server.output.includes(`room.send to "${asleep}" failed`), () => server.output);
  const there = await Member.in(server, started);
  await until(async () => (await there.ask("calls")).response.calls === 5, "the message");
});

test("a durable room that was killed knows the answers that it got", async () => {
  const topic = freshTopic("vault");
  const member = await Member.in(server, topic);
  await member.ask("call_and_say", { topic: freshTopic("vault"), message: { do: "back" } });
  assert.equal((await member.ask("calls")).response.calls, 1);
  const again = member.nextReply();
  await server.kill();
  await server.startAgain();
  await again;
  assert.equal((await member.ask("calls")).response.calls, 1);
});
