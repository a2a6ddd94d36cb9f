// SPDX-License-Identifier: MIT
//
// Clients of durable rooms get what they have missed: the package entmoot-client with the real phoenix.js, over both
// transports, while connections break and the server is killed.

import assert from "node:assert/strict";
import { appendFileSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, before, after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { closeMembers, freshTopic, Member, versions } from "./member.mjs"; // first: it prepares what phoenix.js finds
import { recover } from "../../packages/entmoot-client/index.js";
import { until } from "./chat_client.mjs";
import { ChatServer } from "./chat_server.mjs";

const folder = mkdtempSync(join(tmpdir(), "entmoot-recover-"));
let server;
before(async () => {
  cpSync(fileURLToPath(new URL("durable_app", import.meta.url)), folder, { recursive: true });
  server = await ChatServer.start({ folder });
});
after(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

afterEach(closeMembers);

for (const [version, phoenix] of Object.entries(versions)) {
  for (const transport of ["websocket", "longpoll"]) {
    const by = `phoenix.js ${version} over ${transport}`;

    test(`${by}: what was missed arrives once, in order, before what follows`, { timeout: 30000 }, async () => {
      const topic = freshTopic();
      const speaker = await Member.in(server, topic, { phoenix });
      const listener = await Member.in(server, topic, { phoenix, transport });
      assert.equal(listener.replies[0].recovered, false);
      assert.deepEqual(listener.replies[0].lines, []);
      await speaker.ask("say", { text: "1" });
      await listener.heard(1);
      await listener.vanish();
      for (const text of ["2", "3", "4"]) await speaker.ask("say", { text });
      const reply = await listener.return();
      assert.equal(reply.recovered, true);
      assert.equal(reply.lines, undefined);
      await speaker.ask("say", { text: "5" });
      assert.deepEqual(await listener.heard(5), ["1", "2", "3", "4", "5"]);
    });

    test(`${by}: what was missed arrives after the server was killed`, { timeout: 30000 }, async () => {
      const topic = freshTopic();
      const speaker = await Member.in(server, topic, { phoenix });
      const listener = await Member.in(server, topic, { phoenix, transport });
      await speaker.ask("say", { text: "1" });
      await listener.heard(1);
      const { epoch } = listener.recovery.position;
      await listener.vanish();
      await speaker.ask("say", { text: "2" });
      await server.kill();
      await server.startAgain();
      await until(() => speaker.replies.length === 2, "the speaker's return");
      assert.equal(speaker.replies[1].recovered, true);
      await speaker.ask("say", { text: "3" });
      assert.equal((await listener.return()).recovered, true);
      assert.equal(listener.recovery.position.epoch, epoch);
      assert.deepEqual(await listener.heard(3), ["1", "2", "3"]);
      assert.deepEqual(await speaker.heard(3), ["1", "2", "3"]);
    });
  }
}

test("what a client sent to the others is not sent to it when it returns", { timeout: 30000 }, async () => {
  const topic = freshTopic();
  const a = await Member.in(server, topic);
  const b = await Member.in(server, topic);
  await a.ask("say_to_others", { text: "from a" });
  await b.heard(1);
  await a.vanish();
  await b.ask("say", { text: "from b" });
  assert.equal((await a.return()).recovered, true);
  assert.deepEqual(await a.heard(1), ["from b"]);
  assert.deepEqual(b.told, ["from a", "from b"]);
  await a.vanish();
  assert.equal((await a.return()).recovered, true);
  await b.ask("say", { text: "last" });
  assert.deepEqual(await a.heard(2), ["from b", "last"]);
});

test("binary broadcasts are counted and recovered", { timeout: 30000 }, async () => {
  const topic = freshTopic();
  const a = await Member.in(server, topic);
  const b = await Member.in(server, topic);
  await a.ask("draw", { bytes: [1, 2] });
  await b.heard(1);
  assert.equal(b.recovery.position.offset, 1);
  await b.vanish();
  await a.ask("draw", { bytes: [3] });
  await a.ask("say", { text: "text" });
  assert.equal((await b.return()).recovered, true);
  assert.deepEqual(await b.heard(3), [[1, 2], [3], "text"]);
  assert.equal(b.recovery.position.offset, 3);
});

test("BroadcastChannel's messages are recovered, and those of a turn that failed were never sent", { timeout: 30000 }, async () => {
  const topic = freshTopic();
  const a = await Member.in(server, topic);
  const b = await Member.in(server, topic);
  await b.vanish();
  await a.ask("say_through_channel", { text: "1" });
  assert.equal((await a.ask("fail")).status, "error");
  assert.equal((await a.ask("loop")).status, "error");
  await a.ask("say", { text: "2" });
  assert.equal((await b.return()).recovered, true);
  await a.ask("say", { text: "3" });
  assert.deepEqual(await b.heard(3), ["1", "2", "3"]);
});

test("a client that missed more than is kept gets the normal reply", { timeout: 60000 }, async () => {
  const topic = freshTopic();
  const a = await Member.in(server, topic);
  const b = await Member.in(server, topic);
  await b.vanish();
  await a.ask("say", { text: "first" });
  await a.ask("count", { to: 510 });
  const reply = await b.return();
  assert.equal(reply.recovered, false);
  assert.deepEqual(reply.lines, ["first"]);
  await a.ask("say", { text: "next" });
  assert.deepEqual(await b.heard(1), ["next"]);
});

test("a page that was loaded again goes on from the position it has kept", { timeout: 30000 }, async () => {
  const topic = freshTopic();
  const a = await Member.in(server, topic);
  const first = await Member.in(server, topic);
  await a.ask("say", { text: "1" });
  await first.heard(1);
  const position = JSON.parse(JSON.stringify(first.recovery.position));
  await first.vanish();
  await a.ask("say", { text: "2" });
  const second = await Member.in(server, topic, { position });
  assert.equal(second.replies[0].recovered, true);
  assert.deepEqual(await second.heard(1), ["2"]);
});

test("a position of another room, or of no room, is answered with the normal reply", { timeout: 30000 }, async () => {
  const here = freshTopic();
  const a = await Member.in(server, here);
  await a.ask("say", { text: "1" });
  const elsewhere = await Member.in(server, freshTopic());
  for (const position of [elsewhere.recovery.position, { epoch: "x", offset: 7, member: "?" }, { ...a.recovery.position, offset: 99 }]) {
    const member = await Member.in(server, here, { position });
    assert.equal(member.replies[0].recovered, false);
    assert.deepEqual(member.replies[0].lines, ["1"]);
  }
});

test("other code does not end the epoch", { timeout: 30000 }, async () => {
  const topic = freshTopic();
  const a = await Member.in(server, topic);
  const b = await Member.in(server, topic);
  await a.ask("say", { text: "1" });
  await b.heard(1);
  await b.vanish();
  await a.ask("say", { text: "2" });
  appendFileSync(join(folder, "rooms/board.ts"), "\n// changed\nexport const changed = 1;\n");
  server.signal("SIGHUP");
  await until(() => server.output.includes(`room "${topic}": now running the new version`), () => server.output);
  await a.ask("say", { text: "3" });
  assert.equal((await b.return()).recovered, true);
  assert.deepEqual(await b.heard(3), ["1", "2", "3"]);
  await b.vanish();
  await server.kill();
  await server.startAgain();
  await until(() => a.replies.length === 2, "the other's return");
  await a.ask("say", { text: "4" });
  assert.equal((await b.return()).recovered, true);
  assert.deepEqual(await b.heard(4), ["1", "2", "3", "4"]);
});

test("a relaxed room recovers clients as long as its process runs", { timeout: 30000 }, async () => {
  const topic = freshTopic("relaxed");
  const a = await Member.in(server, topic);
  await a.ask("say", { text: "0" });
  await new Promise((resolve) => setTimeout(resolve, 200)); // its first inputs are on the disk
  const b = await Member.in(server, topic);
  await b.vanish();
  await a.ask("say", { text: "1" });
  assert.equal((await b.return()).recovered, true);
  await b.heard(1);
  await b.vanish();
  await server.kill();
  await server.startAgain();
  assert.equal((await b.return()).recovered, false);
});

test("a room that is not durable replies as always, and clients that do not ask see no offsets", { timeout: 30000 }, async () => {
  const plain = await Member.in(server, freshTopic("memory"));
  assert.equal(plain.replies[0].recovered, undefined);
  assert.equal(plain.recovery.position, null);

  const topic = freshTopic();
  const stock = await Member.in(server, topic, { recovers: false });
  assert.deepEqual(stock.replies[0], { lines: [] });
  const refs = [];
  stock.channel.onMessage = (event, payload, ref) => (event === "said" && refs.push(ref ?? null), payload);
  await stock.ask("say", { text: "1" });
  assert.deepEqual(refs, [null]);
});

test("a hook that the page sets later does not replace the counting", { timeout: 30000 }, async () => {
  const member = await Member.in(server, freshTopic());
  const seen = [];
  member.channel.onMessage = (event, payload) => (seen.push(event), payload);
  await member.ask("say", { text: "1" });
  assert.ok(seen.includes("said"));
  assert.equal(member.recovery.position.offset, 1);
});

test("what is no channel, and what is no position, is a TypeError", () => {
  assert.throws(() => recover({}), TypeError);
  assert.throws(() => recover({ joinPush: { payload: () => ({}) } }, { position: 7 }), TypeError);
});
