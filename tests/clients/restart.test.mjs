// SPDX-License-Identifier: MIT
//
// The server goes away and comes back on the same port. Its clients are told (1012, "service restart"), and every one
// of them is in its room again without doing anything.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { Client, closeClients, freshRoom, until, versions } from "./chat_client.mjs";
import { ChatServer } from "./chat_server.mjs";

const CLIENTS = 20;
const quick = { reconnectAfterMs: () => 20, rejoinAfterMs: () => 20 };

let server;
afterEach(async () => {
  closeClients();
  await server?.stop();
});

for (const [name, phoenix] of Object.entries(versions)) {
  test(
    `SIGTERM closes every socket of ${name} with 1012, exits with 0, and after the restart all are back`,
    { timeout: 30000 },
    async () => {
      server = await ChatServer.start();
      const id = freshRoom();
      const rooms = await Promise.all(
        Array.from({ length: CLIENTS }, () => new Client(server, phoenix, quick).join(id)),
      );
      assert.equal((await rooms[0].say("before")).status, "ok");

      const { code, ms } = await server.stop();
      assert.equal(code, 0);
      assert.ok(ms <= 5000, `it took ${ms} ms`);
      for (const { client } of rooms) {
        await until(() => client.closes.length > 0, "the end of the connection");
        assert.equal(client.closes[0], 1012);
      }
      await server.startAgain();
      await backAgain(rooms);
    },
  );

  test(`after the server was killed all of ${name} are back`, { timeout: 30000 }, async () => {
    server = await ChatServer.start();
    const id = freshRoom();
    const rooms = await Promise.all(Array.from({ length: CLIENTS }, () => new Client(server, phoenix, quick).join(id)));
    await server.kill();
    await server.startAgain();
    await backAgain(rooms);
  });
}

async function backAgain(rooms) {
  for (const room of rooms) await until(() => room.joins >= 2 && room.channel.state === "joined", "the second join");
  assert.equal((await rooms[0].say("after")).status, "ok");
  for (const room of rooms) {
    await until(() => room.texts().includes("after"), "the message after the restart");
    assert.equal(room.texts().filter((text) => text === "after").length, 1);
    assert.equal(room.closed, 0);
  }
}

test("a server that nobody is connected to ends at once, too", { timeout: 30000 }, async () => {
  server = await ChatServer.start();
  const { code, ms } = await server.stop();
  assert.equal(code, 0);
  assert.ok(ms <= 5000, `it took ${ms} ms`);
});

test("two servers do not share a port in silence", { timeout: 30000 }, async () => {
  server = await ChatServer.start();
  await assert.rejects(ChatServer.start({ port: server.port }), /ended with [1-9]/);
});
