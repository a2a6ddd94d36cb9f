// SPDX-License-Identifier: MIT
//
// Memory of the process outside the heaps of rooms: calls of handlers, timers, replies, errors, log lines, bodies that are
// parked. All of it must be bounded per room and per client; the assertion is about the growth of the resident memory.

import assert from "node:assert/strict";
import { connect as open, createServer } from "node:net";
import { once } from "node:events";
import { attack, rest } from "./attack.mjs";
import { upgradeRequest, wsFrame } from "../conformance/wire.mjs";

const ROOMS = 4;
const HEAP_MB = 16;

/** Runs `script` in four rooms at once, then requires that the process has grown by less than `limit` MB. */
function greedy(variant, limit, script, options = {}) {
  attack("memory outside of heaps", variant, options, async ({ server, client, connect, note }) => {
    const before = server.memory().now;
    const replies = await Promise.all(
      Array.from({ length: ROOMS }, async (_, i) => {
        const attacker = await connect();
        await attacker.join(`hostile:${i}`);
        return attacker.run(`hostile:${i}`, script).catch((error) => ({ status: error.message }));
      }),
    );
    await rest(500);
    const grown = server.memory().peak - before;
    note(`${grown.toFixed(0)} MB more at most; ${JSON.stringify(replies[0])}`);
    assert.ok(grown < ROOMS * HEAP_MB + limit, `the process has grown by ${grown} MB`);
    void client;
  });
}

greedy("300 calls of a handler with a name of 6 MB", 64, () => {
  const name = "x".repeat(6e6);
  for (let i = 0; i < 300; i++) Beam.call(name).catch(() => {});
  return {};
});
greedy("the same, in turn after turn", 64, () => {
  setInterval(() => {
    const name = "x".repeat(3e6);
    for (let i = 0; i < 50; i++) Beam.call(name).catch(() => {});
  }, 1);
});
greedy("calls of a handler with arguments of 2 MB", 96, () => {
  setInterval(() => {
    const text = "x".repeat(2e6);
    for (let i = 0; i < 10; i++) Beam.call("broadcast", text).catch(() => {});
    for (let i = 0; i < 10; i++) {
      try {
        Beam.callSync("send", "hostile:0", { text });
      } catch {}
    }
  }, 1);
});
greedy("timers that are set and cleared", 64, () => {
  setInterval(() => {
    for (let i = 0; i < 20000; i++) clearTimeout(setTimeout(() => {}, 1e9));
  }, 1);
});
greedy("1,000 timers with large arguments", 64, () => {
  for (let i = 0; i < 990; i++) setTimeout(() => {}, 1e6, "x".repeat(10000) + i);
  return {};
});
greedy("errors of 5 MB, thrown, rejected and reported", 96, () => {
  setInterval(() => {
    Promise.reject(new Error("r".repeat(2e6)));
    reportError?.(new Error("r".repeat(2e6)));
    const error = new Error("e".repeat(2e6));
    error.stack = "s".repeat(2e6);
    throw error;
  }, 1);
});
greedy("console.log of 4 MB", 64, () => {
  setInterval(() => {
    for (const level of ["log", "warn", "error", "info", "debug", "trace"]) console[level]("x".repeat(4e6));
  }, 1);
});
greedy("a log that is written at any rate", 64, () => {
  setInterval(() => {
    for (let i = 0; i < 5000; i++) console.log("x".repeat(190) + i);
  }, 1);
}, { server: { config: { limits: { logLines: 100000 } }, stderr: "blocked" } });
greedy("broadcasts and pushes to a client that reads, 900 KB each", 96, (client) => {
  setInterval(() => {
    for (let i = 0; i < 8; i++) client.push("e", { text: "x".repeat(900000) });
    for (let i = 0; i < 8; i++) room.broadcast("e", { text: "x".repeat(900000) });
  }, 1);
});
greedy("messages to another room, 900 KB each", 96, () => {
  setInterval(() => {
    for (let i = 0; i < 8; i++) room.send("quiet:bystander", { text: "x".repeat(900000) });
    for (let i = 0; i < 8; i++) room.send("hostile:1", { text: "x".repeat(900000) });
  }, 1);
}, { server: { files: { "rooms/quiet.ts": `let count = 0; export function handleIn() { return { count: ++count }; } export function handleInfo() {}` } } });
greedy("presence with keys and metas at their limits", 64, (client) => {
  setInterval(() => {
    for (let i = 0; i < 1000; i++) room.presence.track(client, `${i}-`.repeat(20), { text: "m".repeat(480), at: Math.random() });
  }, 1);
});

const silent = createServer((socket) => socket.on("error", () => {})).listen(0, "127.0.0.1");
silent.unref();
await once(silent, "listening");
greedy("1,000 fetches of a server that never answers, with bodies of 1 MB", 256, async () => {
  setInterval(() => {
    for (let i = 0; i < 7; i++) fetch(`http://127.0.0.1:${globalThis.port}/`, { method: "POST", body: "x".repeat(1e6) }).catch(() => {});
  }, 1);
}, { server: { config: { fetch: [`http://127.0.0.1:${silent.address().port}`] }, files: { "rooms/hostile.ts": `
  (globalThis as any).port = ${silent.address().port};
  export function handleIn(event: string, p: any, client: any) { return new Function("p", "client", p.code)(p, client); }` } } });

/** Opens connections that all send `bytes` and wait. */
async function park(server, count, bytes) {
  const sockets = [];
  for (let left = count; left > 0; left -= 100) {
    await Promise.all(
      Array.from({ length: Math.min(left, 100) }, async () => {
        const socket = open({ port: server.port, host: "127.0.0.1" });
        socket.on("error", () => {});
        socket.on("data", () => {});
        sockets.push(socket);
        await new Promise((done) => socket.write(bytes, done));
      }),
    );
  }
  return () => sockets.forEach((socket) => socket.destroy());
}

function parked(variant, limit, make, options = {}) {
  attack("memory outside of heaps", variant, options, async ({ server, note }) => {
    const before = server.memory().now;
    const end = await park(server, 800, make(server.port));
    await rest(500);
    const grown = server.memory().peak - before;
    note(`${grown.toFixed(0)} MB more at most`);
    end();
    assert.ok(grown < limit, `the process has grown by ${grown} MB`);
  });
}

const post = (path, length, body) => `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`;
parked("800 requests whose bodies are never complete", 128, () => post("/hostile/1", 65000, "x".repeat(64000)));
parked("800 heads that are never complete", 96, () => `GET / HTTP/1.1\r\nHost: localhost\r\n${Array.from({ length: 20 }, (_, i) => `X-${i}: ${"x".repeat(1400)}\r\n`).join("")}`);
parked("800 long-poll requests whose bodies are never complete", 400, () => post("/socket/longpoll?vsn=2.0.0&token=x", 1000000, "x".repeat(400000)));
parked("800 messages in fragments that never end", 128, () => Buffer.concat([upgradeRequest(), wsFrame({ payload: "x".repeat(60000), fin: false })]));
