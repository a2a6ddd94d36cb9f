// SPDX-License-Identifier: MIT
//
// The log and the standard streams: a pipe that nobody reads must not stop the server, and descriptors that are closed at
// the start must not be given to sockets, which would then receive the log.

import assert from "node:assert/strict";
import { connect as open } from "node:net";
import { attack, rest, until } from "./attack.mjs";
import { Client } from "./client.mjs";

const blocked = { stderr: "blocked", config: { limits: { logLines: 100000 } } };

attack("blocked log", "six rooms write 100 lines each", { server: { stderr: "blocked" } }, async ({ client }) => {
  for (let i = 0; i < 6; i++) {
    await client.join(`hostile:${i}`);
    const { status } = await client.run(`hostile:${i}`, () => {
      for (let n = 0; n < 100; n++) console.error("y".repeat(200));
      return {};
    });
    assert.equal(status, "ok");
  }
});

attack("blocked log", "a room writes 200,000 lines", { server: blocked }, async ({ server, client, note }) => {
  await client.join("hostile:1");
  const before = server.memory().now;
  for (let i = 0; i < 4; i++) {
    await client.run("hostile:1", () => {
      for (let n = 0; n < 50000; n++) console.log("z".repeat(190));
      return {};
    });
  }
  const grown = server.memory().now - before;
  note(`${grown.toFixed(1)} MB more`);
  assert.ok(grown < 48, `the log holds ${grown} MB`);
});

attack("blocked log", "errors with long stacks and rooms that crash", { server: blocked }, async ({ client }) => {
  for (let i = 0; i < 4; i++) {
    await client.join(`hostile:${i}`).catch(() => {});
    await client.run(`hostile:${i}`, () => {
      const deep = (n) => {
        if (n === 0) throw new Error("deep ".repeat(1000));
        deep(n - 1);
      };
      for (let n = 0; n < 5000; n++) {
        Promise.reject(new Error("rejected"));
        setTimeout(() => deep(100), 1);
      }
    });
    await client.run(`hostile:${i}`, () => {
      const kept = [];
      for (;;) kept.push(new Uint8Array(1 << 20));
    });
  }
});

attack("blocked log", "refused handshakes and malformed frames at level debug", { server: { stderr: "blocked", args: ["--log", "debug"] } }, async ({ server, connect }) => {
  for (let i = 0; i < 10; i++) {
    const attackers = await Promise.all(Array.from({ length: 30 }, connect));
    for (const attacker of attackers) attacker.send("nowhere:1", "phx_join", "{"); // not JSON
    for (let n = 0; n < 30; n++) {
      const socket = open({ port: server.port, host: "127.0.0.1" });
      socket.on("error", () => {});
      socket.end("GET /socket/websocket?vsn=9.0.0 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nOrigin: http://elsewhere.example\r\n\r\n");
      socket.resume();
    }
    await rest(30);
  }
});

attack("blocked log", "SIGTERM while the pipe is full", { server: blocked, endsServer: true }, async ({ server, client }) => {
  await client.join("hostile:1");
  await client.run("hostile:1", () => {
    for (let n = 0; n < 20000; n++) console.log("z".repeat(190));
    return {};
  });
  server.signal("SIGTERM");
  await until(() => server.ended !== null, "the exit", 8000);
  assert.equal(server.ended, 0);
});

// The first descriptors that the server opens would be those of the standard streams.
for (const [what, redirections] of Object.entries({ "all standard streams": "0<&- 1>&- 2>&-", "standard error": "2>&-", "standard input and error": "0<&- 2>&-" })) {
  attack("closed streams", `${what} closed at the start`, { server: { launch: `exec "$@" ${redirections}`, fixedPort: true } }, async ({ server, client }) => {
    // Whatever the log writes must not appear on a connection.
    const received = [];
    const sockets = Array.from({ length: 20 }, () => {
      const socket = open({ port: server.port, host: "127.0.0.1" });
      socket.on("error", () => {});
      socket.on("data", (chunk) => received.push(chunk.toString("latin1")));
      return socket;
    });
    await client.join("hostile:1");
    await client.run("hostile:1", () => {
      for (let n = 0; n < 90; n++) console.error("a line of the log");
      return {};
    });
    const listener = await Client.connect(server.port);
    listener.onMessage = (message) => received.push(JSON.stringify(message));
    await listener.join("hostile:1");
    await client.run("hostile:1", () => console.error("a line of the log"));
    await rest(300);
    for (const socket of sockets) socket.destroy();
    listener.end();
    assert.deepEqual(received, [], "nobody has asked for anything");
  });
}
