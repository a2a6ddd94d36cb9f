// SPDX-License-Identifier: MIT
//
// Clients that do not read. What the server queues for them is bounded; so must be what the kernel holds, and once a client
// is dropped nothing may be left of it: no queue in the kernel, no descriptor, no memory.

import assert from "node:assert/strict";
import { connect as open } from "node:net";
import { attack, until } from "./attack.mjs";
import { tcpMemory } from "./server.mjs";

const CLIENTS = 500;
// What the kernel holds for one client at most: twice SO_SNDBUF (socket(7)), which web/listener.cpp sets to 128 KB, and
// what it has sent but the client's kernel has not acknowledged.
const KERNEL_BYTES = 384 * 1024;
// What was queued for the clients, with its headers, and what the C library's allocator keeps of it for later.
const PROCESS_MB = 250;
const config = {
  socket: { queuedBytes: "128 KB", stallTimeout: "1s", closeTimeout: "200ms" },
  http: { stallTimeout: "1s" },
};

/** Watches the kernel's queues while the attack lasts, then requires that the clients are dropped and nothing is left. */
async function dropped(server, before, note) {
  let most = { connections: 0, bytes: 0 };
  let memory = 0;
  await until(() => {
    const held = server.queuedInKernel();
    if (held.bytes > most.bytes) most = held;
    memory = Math.max(memory, tcpMemory());
    return held.bytes < 50000 && server.descriptors() <= before.descriptors + 3;
  }, "no descriptor and no byte of a dropped client is left", 12000);
  note(`at most ${most.connections} connections with ${(most.bytes / 1e6).toFixed(1)} MB in the kernel, all TCP memory ${memory.toFixed(0)} MB; RSS ${server.memory().now.toFixed(0)} MB at the end`);
  assert.ok(most.bytes < most.connections * KERNEL_BYTES, `${most.bytes} bytes are queued in the kernel for ${most.connections} connections`);
  const grown = server.memory().now - before.memory;
  assert.ok(grown < PROCESS_MB, `the process holds ${grown} MB more`);
}

const state = (server) => ({ descriptors: server.descriptors(), memory: server.memory().now });

attack("stalled sockets", "500 clients of a room that broadcasts", { server: { config } }, async ({ server, client, crowd, note }) => {
  const before = state(server);
  await crowd(CLIENTS, "hostile:s", "stall");
  await client.join("hostile:s");
  await client.run("hostile:s", () => void setInterval(() => room.broadcast("e", { text: "x".repeat(8000) }), 5));
  await dropped(server, before, note);
});

attack("stalled sockets", "500 clients of a room that pushes to each of them", { server: { config } }, async ({ server, client, crowd, note }) => {
  const before = state(server);
  await crowd(CLIENTS, "hostile:s", "stall");
  await client.join("hostile:s");
  await client.run("hostile:s", () => void setInterval(() => {
    for (const each of room.clients) each.push("e", { text: "x".repeat(8000) });
  }, 5)).catch(() => {});
  await dropped(server, before, note);
});

/** 300 connections that send `request` and read nothing; with `half` they have closed their side. */
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
      await dropped(server, before, note);
    end();
  });
}

attack("stalled sockets", "300 responses of a room, 1 MB each", { server: { config } }, async ({ server, client, note }) => {
  await client.join("hostile:1");
  await client.run("hostile:1", () => void (globalThis.onRequest = () => new Response("x".repeat(1 << 20))));
  const before = state(server);
  const end = await stall(server, `GET /hostile/1 HTTP/1.1\r\nHost: localhost:${server.port}\r\n\r\n`);
  await dropped(server, before, note);
  end();
});

attack("stalled sockets", "pipelined requests whose responses nobody reads", { server: { config, files: { "public/large.txt": file } } }, async ({ server, note }) => {
  const before = state(server);
  const end = await stall(server, `GET /large.txt HTTP/1.1\r\nHost: localhost:${server.port}\r\n\r\n`.repeat(200), { count: 100 });
  await dropped(server, before, note);
  end();
});

attack("stalled sockets", "500 clients that are reset in the middle of a broadcast", { server: { config } }, async ({ server, client, crowd, note }) => {
  const before = state(server);
  const stalled = await crowd(CLIENTS, "hostile:s", "stall");
  await client.join("hostile:s");
  await client.run("hostile:s", () => void setInterval(() => room.broadcast("e", { text: "x".repeat(2000) }), 5));
  await until(() => server.queuedInKernel().bytes > 1e6, "the clients have stalled");
  stalled.end();
  await dropped(server, before, note);
});
