// SPDX-License-Identifier: MIT
//
// A client that tries to end a room whose script has no mistake. What the room holds for a message that waits must be
// bounded before the heap is: the attacker gets `overloaded`, the room and its other clients notice nothing.

import assert from "node:assert/strict";
import { connect as open } from "node:net";
import { attack, rest, until } from "./attack.mjs";

const gate = `
  let open: () => void = () => {};
  let gate = new Promise<void>((done) => (open = done));
  let count = 0;
  const pass = () => { open(); };`;

const files = {
  // Ordinary rooms that ask somebody else before they answer.
  "rooms/waits.ts": `${gate}
    export async function handleIn(event: string, payload: any, client: any) {
      if (event === "ping") return { count: ++count };
      if (event === "open") return void pass();
      await gate;
      room.broadcast("done", { size: JSON.stringify(payload).length });
      return { ok: true };
    }
    export async function handleRequest(request: Request) {
      const body = await request.text();
      await gate;
      return Response.json({ size: body.length });
    }`,
  "rooms/later.ts": `${gate}
    const replies: any[] = [];
    export function handleIn(event: string, payload: any, client: any) {
      if (event === "ping") return { count: ++count };
      const reply = client.replyLater();
      gate.then(() => reply.ok({ size: payload.text?.length }));
    }`,
  "rooms/slow-join.ts": `${gate}
    export async function join(params: any, client: any) {
      if (params.member) return {};
      await gate;
      return { size: params.text.length };
    }
    export function handleIn(event: string) {
      if (event === "open") return void pass();
      return { count: ++count };
    }`,
  "rooms/parses.ts": `${gate}
    export function handleIn(event: string, payload: any) {
      if (event === "ping") return { count: ++count };
      return { copy: structuredClone(payload), keys: Object.keys(payload).length };
    }`,
};

/** A member of the room under attack that asks it for a count now and then. It must always get the next one. */
async function member(connect, topic, params = {}) {
  const client = await connect();
  const seen = [];
  client.onMessage = ([, , where, event]) => where === topic && event.startsWith("phx_") && seen.push(event);
  assert.equal((await client.join(topic, params)).status, "ok");
  let count = 0;
  let overloaded = 0;
  return {
    client,
    async ask() {
      const { status, response } = await client.request(topic, "ping");
      if (status === "error" && response.reason === "overloaded") return void overloaded++;
      assert.deepEqual({ status, response }, { status: "ok", response: { count: ++count } }, "the room was replaced");
    },
    async finish(note) {
      await this.ask();
      note(`the member got ${count} counts, ${overloaded} times "overloaded"`);
      assert.deepEqual(seen, [], "the room ended");
    },
  };
}

/** Sends `count` messages from `clients` connections, while the member asks. */
async function besiege({ connect, topic, victim, event = "x", count, clients = 8, payload }) {
  const attackers = await Promise.all(Array.from({ length: clients }, connect));
  for (const attacker of attackers) await attacker.join(topic, { member: true });
  const floods = attackers.map((attacker) => attacker.flood(topic, event, count / clients, payload));
  for (let i = 0; i < 20; i++) {
    await victim.ask();
    await rest(25);
  }
  await Promise.race([Promise.all(floods), rest(500)]);
  return attackers;
}

attack("survival of a room", "6,000 calls that wait for one promise", { server: { files } }, async ({ connect, note }) => {
  const victim = await member(connect, "waits:a");
  await besiege({ connect, topic: "waits:a", victim, count: 6000, payload: () => ({ x: "qqqqqqqqqq" }) });
  await victim.finish(note);
});

attack("survival of a room", "calls of 60 KB that wait for one promise", { server: { files } }, async ({ connect, note }) => {
  const victim = await member(connect, "waits:a");
  await besiege({ connect, topic: "waits:a", victim, count: 800, payload: () => ({ text: "x".repeat(60000) }) });
  await victim.finish(note);
});

// One such message takes 1.3 MB in the heap.
attack("survival of a room", "ten calls of 60 KB that are 1.3 MB in the heap", { server: { files } }, async ({ connect, note }) => {
  const victim = await member(connect, "waits:a");
  await besiege({ connect, topic: "waits:a", victim, count: 240, payload: () => ({ list: Array(15000).fill({}) }) });
  await victim.finish(note);
});

attack("survival of a room", "replies that are taken over and never given", { server: { files } }, async ({ connect, note }) => {
  const victim = await member(connect, "later:a");
  await besiege({ connect, topic: "later:a", victim, count: 6000, payload: () => ({ text: "x".repeat(1000) }) });
  await victim.finish(note);
});

attack("survival of a room", "600 joins that are never answered", { server: { files, config: { socket: { joinTimeout: "20s" } } } }, async ({ connect, note }) => {
  const victim = await member(connect, "slow-join:a", { member: true });
  const attackers = await Promise.all(Array.from({ length: 600 }, connect));
  for (const attacker of attackers) attacker.send("slow-join:a", "phx_join", { text: "x".repeat(30000) });
  for (let i = 0; i < 20; i++) {
    await victim.ask();
    await rest(25);
  }
  await victim.finish(note);
});

attack("survival of a room", "400 requests of 60 KB that wait for one promise", { server: { files } }, async ({ server, connect, note }) => {
  const victim = await member(connect, "waits:a");
  const body = "x".repeat(60000);
  const sockets = Array.from({ length: 400 }, () => {
    const socket = open({ port: server.port, host: "127.0.0.1" });
    socket.on("error", () => {});
    socket.write(`POST /waits/a HTTP/1.1\r\nHost: localhost:${server.port}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    return socket;
  });
  for (let i = 0; i < 20; i++) {
    await victim.ask();
    await rest(25);
  }
  for (const socket of sockets) socket.destroy();
  await victim.finish(note);
});

attack("survival of a room", "payloads made to be expensive", { server: { files } }, async ({ connect, note }) => {
  const victim = await member(connect, "parses:a");
  const deep = (open_, close, n) => `{"a":${open_.repeat(n)}1${close.repeat(n)}}`;
  const texts = [
    deep("[", "]", 30000),
    deep('{"a":', "}", 8000),
    `{${Array.from({ length: 5000 }, (_, i) => `"${i}":0`).join(",")}}`,
    `{"a":1e${"9".repeat(50000)}}`,
    `{"a":${"9".repeat(60000)}}`,
    `{"__proto__":{"toString":1},"constructor":{"prototype":{}},"toJSON":1,"then":1}`,
    `{"a":"${"\\u0000".repeat(10000)}"}`,
    `{"a":"${"\\ud800".repeat(10000)}"}`,
  ];
  const outcomes = [];
  for (const text of texts) {
    const attacker = await connect(); // of its own: the server closes it, if it reads the payload and finds a mistake
    await attacker.join("parses:a");
    const { status, response } = await attacker.request("parses:a", "x", text).catch((error) => ({ status: error.message }));
    outcomes.push(`${status} ${response?.reason ?? ""}`.trim());
    await victim.ask();
  }
  note(JSON.stringify(outcomes));
  await victim.finish(note);
});

attack("survival of a room", "connections that join and end at once", { server: { files } }, async ({ connect, note }) => {
  const victim = await member(connect, "waits:a");
  for (let i = 0; i < 20; i++) {
    const attackers = await Promise.all(Array.from({ length: 20 }, connect));
    for (const attacker of attackers) {
      attacker.send("waits:a", "phx_join", {});
      attacker.send("waits:a", "x", { i });
      attacker.end();
    }
    await victim.ask();
  }
  await until(async () => (await victim.ask(), true), "an answer");
  await victim.finish(note);
});
