// SPDX-License-Identifier: MIT
//
// Restarts of the server on the same port. It closes sockets with 1012 ("service restart"), and all clients reconnect and
// rejoin by themselves.

import assert from "node:assert/strict";
import { connect } from "node:net";
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

test("a server without clients stops on SIGTERM", { timeout: 30000 }, async () => {
  server = await ChatServer.start();
  const { code, ms } = await server.stop();
  assert.equal(code, 0);
  assert.ok(ms <= 5000, `it took ${ms} ms`);
});

test("a second SIGTERM ends the server without waiting for clients", { timeout: 30000 }, async () => {
  server = await ChatServer.start();
  const stubborn = connect(server.port, "127.0.0.1");
  let heard = "";
  stubborn.setEncoding("latin1").on("data", (chunk) => (heard += chunk));
  stubborn.on("error", () => {});
  stubborn.write(
    "GET /socket/websocket?vsn=2.0.0 HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  await until(() => heard.includes("\r\n\r\n"), "the handshake");
  const ended = server.ended();
  server.signal("SIGTERM");
  await until(() => heard.endsWith("\x88\x02\x03\xf4"), "the close with 1012"); // It is not answered.
  server.signal("SIGTERM");
  assert.deepEqual(await ended, [null, "SIGTERM"]);
  stubborn.destroy();
});

test("a second server on the same port fails to start", { timeout: 30000 }, async () => {
  server = await ChatServer.start();
  await assert.rejects(ChatServer.start({ port: server.port }), /ended with [1-9]/);
});
