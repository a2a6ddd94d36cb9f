// SPDX-License-Identifier: MIT
//
// Clients that do not read. What the server queues for them is bounded; so must be what the kernel holds, and once a client
// is dropped nothing may be left of it: no queue in the kernel, no descriptor, no memory.

import assert from "node:assert/strict";
import { connect as open } from "node:net";
import { attack, rest, until } from "./attack.mjs";
import { tcpMemory } from "./server.mjs";

const CLIENTS = 500;
const SEND_BUFFER = 128 * 1024; // what the kernel may hold for one client, stated in SECURITY.md
const config = {
  socket: { queuedBytes: "128 KB", stallTimeout: "1s", closeTimeout: "200ms" },
  http: { stallTimeout: "1s" },
};

/** Requires that the stalled clients are dropped, and that nothing of them is left. */
async function dropped(server, before, note) {
  const held = server.queuedInKernel();
  note(`${held.connections} connections with ${(held.bytes / 1e6).toFixed(1)} MB in the kernel, TCP memory ${tcpMemory().toFixed(0)} MB`);
  assert.ok(held.bytes < held.connections * 2 * SEND_BUFFER, `${held.bytes} bytes are queued in the kernel`);
  await until(() => server.descriptors() <= before.descriptors + 5, "the descriptors of the clients are closed");
  const left = server.queuedInKernel();
  note(`left: ${left.connections} connections with ${left.bytes} bytes, TCP memory ${tcpMemory().toFixed(0)} MB, RSS ${server.memory().now.toFixed(0)} MB`);
  assert.ok(left.bytes < 100000, `${left.bytes} bytes of dropped clients are in the kernel`);
  assert.ok(server.memory().now < before.memory + 96, `the process holds ${server.memory().now} MB`);
}

const state = (server) => ({ descriptors: server.descriptors(), memory: server.memory().now });

attack("stalled sockets", "500 clients of a room that broadcasts", { server: { config } }, async ({ server, client, crowd, note }) => {
  const before = state(server);
  await crowd(CLIENTS, "hostile:s", "stall");
  await client.join("hostile:s");
  await client.run("hostile:s", () => void setInterval(() => room.broadcast("e", { text: "x".repeat(8000) }), 5));
  await rest(700);
  await dropped(server, before, note);
});

attack("stalled sockets", "500 clients of a room that pushes little to each", { server: { config } }, async ({ server, client, crowd, note }) => {
  const before = state(server);
  await crowd(CLIENTS, "hostile:s", "stall");
  await client.join("hostile:s");
  await client.run("hostile:s", () => void setInterval(() => {
    for (const each of room.clients) for (let i = 0; i < 30; i++) each.push("e", { text: "x".repeat(100) });
  }, 5)).catch(() => {});
  await rest(700);
  await dropped(server, before, note);
});

/** 300 connections that send `request` and read nothing, or only `reads` bytes. */
async function stall(server, request, { count = 300, half = false } = {}) {
  const sockets = await Promise.all(
    Array.from({ length: count }, async () => {
      const socket = open({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
      socket.on("error", () => {});
      socket.pause();
      await new Promise((done) => socket.once("connect", done));
      socket.write(request);
      if (half) socket.end();
      return socket;
    }),
  );
  return () => sockets.forEach((socket) => socket.destroy());
}

const file = "x".repeat(8 << 20);
for (const half of [false, true]) {
  attack("stalled sockets", `300 downloads of 8 MB${half ? " by clients that have closed their side" : ""}`, { server: { config, files: { "public/large.txt": file } } }, async ({ server, note }) => {
    const before = state(server);
    const end = await stall(server, `GET /large.txt HTTP/1.1\r\nHost: localhost:${server.port}\r\n\r\n`, { half });
    await rest(600);
    await dropped(server, before, note);
    end();
  });
}

attack("stalled sockets", "300 responses of a room, 1 MB each", { server: { config } }, async ({ server, client, note }) => {
  await client.join("hostile:1");
  await client.run("hostile:1", () => void (globalThis.onRequest = () => new Response("x".repeat(1 << 20))));
  const before = state(server);
  const end = await stall(server, `GET /hostile/1 HTTP/1.1\r\nHost: localhost:${server.port}\r\n\r\n`);
  await rest(800);
  note(`RSS ${server.memory().now.toFixed(0)} MB while they stall`);
  await dropped(server, before, note);
  end();
});

attack("stalled sockets", "pipelined requests whose responses nobody reads", { server: { config, files: { "public/large.txt": file } } }, async ({ server, note }) => {
  const before = state(server);
  const end = await stall(server, `GET /large.txt HTTP/1.1\r\nHost: localhost:${server.port}\r\n\r\n`.repeat(200), { count: 100 });
  await rest(600);
  await dropped(server, before, note);
  end();
});

attack("stalled sockets", "500 clients that are reset in the middle of a broadcast", { server: { config } }, async ({ server, client, crowd, note }) => {
  const before = state(server);
  const stalled = await crowd(CLIENTS, "hostile:s", "stall");
  await client.join("hostile:s");
  await client.run("hostile:s", () => void setInterval(() => room.broadcast("e", { text: "x".repeat(2000) }), 5));
  await rest(300);
  stalled.end();
  await dropped(server, before, note);
});
