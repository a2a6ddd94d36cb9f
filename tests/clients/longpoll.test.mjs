// SPDX-License-Identifier: MIT
//
// The chat over long-polling with the newest phoenix.js (older versions need a browser): clients cannot tell which
// transport others use.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { Client, closeClients, freshRoom, newest, until } from "./chat_client.mjs";
import { ChatServer, isApp } from "./chat_server.mjs";

const quick = { reconnectAfterMs: () => 20, rejoinAfterMs: () => 20 };

/** phoenix.js derives the http endpoint from the ws one. */
const polling = (server, options = {}) => new Client(server, newest, { transport: newest.LongPoll, ...options });

let server;
before(async () => (server = await ChatServer.start()));
afterEach(closeClients);
after(() => server?.stop());

test("a long-polling client and a WebSocket client receive each other's messages once and in order", { timeout: 30000 }, async () => {
  const id = freshRoom();
  const ann = await polling(server).join(id);
  const bob = await new Client(server).join(id);
  assert.deepEqual(ann.history, []);
  const said = ['ünïcödé 🌳 "quoted" \\', "two", "three"];
  for (const text of said) assert.equal((await ann.say(text)).status, "ok");
  assert.equal((await bob.say("four", "bob")).response.text, "four");
  for (const room of [ann, bob]) {
    await room.heard(4);
    assert.deepEqual(room.texts(), [...said, "four"]);
  }
  await ann.leave();
  assert.equal(ann.closed, 1);
});

test("more messages than one request can hold arrive in order", { timeout: 30000 }, async () => {
  const ann = await polling(server).join(freshRoom());
  const texts = Array.from({ length: 150 }, (_, i) => `message ${i}`);
  const replies = await Promise.all(texts.map((text) => ann.say(text)));
  assert.ok(replies.every((reply) => reply.status === "ok"));
  await ann.heard(texts.length);
  assert.deepEqual(ann.texts(), texts);
});

test("a room that was killed answers the next message", { timeout: 30000 }, async () => {
  const id = freshRoom();
  const ann = await polling(server, quick).join(id);
  assert.equal((await fetch(`${server.url}/api/rooms/${id}`, { method: "DELETE" })).status, 204);
  if (isApp) await until(() => ann.joins === 2, "the second join");
  assert.equal((await ann.say("after")).status, "ok");
});

test("after a kill of the server, a new long-polling session rejoins the room", { timeout: 60000 }, async () => {
  const mine = await ChatServer.start();
  try {
    const ann = await polling(mine, quick).join(freshRoom());
    await mine.kill();
    await mine.startAgain();
    await until(() => ann.joins >= 2 && ann.channel.state === "joined", "the second join", 30000);
    assert.equal((await ann.say("after")).status, "ok");
    await until(() => ann.texts().includes("after"), "the message after the restart");
  } finally {
    closeClients();
    await mine.stop();
  }
});
