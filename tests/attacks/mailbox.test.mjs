// SPDX-License-Identifier: MIT
//
// A mailbox of the largest documented size, filled while the room cannot run, and drained when the time of most of its
// messages is over. Draining must not recurse, must not hold the thread, and must answer every caller.

import assert from "node:assert/strict";
import { connect } from "node:net";
import { attack, until } from "./attack.mjs";

const config = {
  limits: {
    mailbox: 1000000, mailboxBytes: "1 GB", replyTimeout: "500ms", handlerTimeout: "1s", timers: 1000000, pendingCalls: 1000000,
    turn: "10s", cpuShare: 1, clients: 100000, output: "1 GB", hostMemory: "1 GB", heap: "63 MB", heapWarn: "63 MB",
  },
  socket: {
    messagesPerSecond: 1000000, framesPerSecond: 10000000, bytesPerSecond: "1 GB", joinsPerSecond: 100000, queuedFrames: 1000000,
    queuedBytes: "256 MB", waitingMessages: 100000, waitingBytes: "64 MB", memory: "1 GB",
  },
};
const server = { config };

/** The room of `topic` computes for this long and takes no message meanwhile. */
const busy = (client, topic, ms) =>
  client.run(topic, (time) => {
    const end = performance.now() + time;
    while (performance.now() < end);
  }, ms);

/** Counts the replies to messages that nobody waits for. */
function replies(client) {
  const counts = {};
  client.onMessage = ([, , , event, payload]) => {
    if (event !== "phx_reply") return;
    const what = payload.status === "ok" ? "ok" : payload.response.reason;
    counts[what] = (counts[what] ?? 0) + 1;
    counts.total = (counts.total ?? 0) + 1;
  };
  return counts;
}

/** The client and a second one in the hostile room; the replies to the second are counted. */
async function joined(client, connect) {
  const sender = await connect();
  for (const each of [client, sender]) await each.join("hostile:1");
  return { sender, counts: replies(sender) };
}

attack("mailbox", "100,000 messages to a busy room, most of them out of time", { server }, async ({ client, connect, note }) => {
  const COUNT = 100000;
  const { sender, counts } = await joined(client, connect);
  const turn = busy(client, "hostile:1", 1500);
  await sender.flood("hostile:1", "m", COUNT);
  await turn;
  await until(() => counts.total === COUNT, "a reply to each message");
  note(JSON.stringify(counts));
  assert.ok(counts.timeout > 30000, "enough messages have waited too long");
});

attack("mailbox", "a room that waits for a handler that does not answer", { server: { config: { ...config, fetch: ["http://a.invalid"] } } }, async ({ client, connect, note }) => {
  const COUNT = 60000;
  const { sender, counts } = await joined(client, connect);
  const turn = client.run("hostile:1", () => {
    const end = performance.now() + 1200;
    while (performance.now() < end) {
      try {
        Beam.callSync("entmoot:fetch", { id: "x", url: "http://a.invalid/" });
      } catch {}
    }
  });
  await sender.flood("hostile:1", "m", COUNT);
  await turn;
  await until(() => counts.total === COUNT, "a reply to each message");
  note(JSON.stringify(counts));
});

attack("mailbox", "joins and leaves of one client, again and again", { server }, async ({ client, connect, note }) => {
  await client.join("hostile:1");
  const turn = busy(client, "hostile:1", 1200);
  const senders = await Promise.all(Array.from({ length: 4 }, connect));
  let answered = 0;
  for (const sender of senders) sender.onMessage = ([, , , event]) => (answered += event === "phx_reply" || event === "phx_close" ? 1 : 0);
  await Promise.all(senders.map((sender) => sender.flood("hostile:1", "phx_join", 1500)));
  await turn;
  const last = await senders[0].join("hostile:1");
  note(`${answered} answers, the last join: ${JSON.stringify(last)}`);
  assert.equal(last.status, "ok");
});

attack("mailbox", "2,000 HTTP requests to a busy room", { server }, async ({ server, client, note }) => {
  const COUNT = 2000;
  await client.join("hostile:1");
  const turn = busy(client, "hostile:1", 1200);
  const statuses = {};
  let ended = 0;
  const sockets = Array.from({ length: COUNT }, () => {
    const socket = connect({ port: server.port, host: "127.0.0.1" });
    let head = "";
    socket.on("data", (chunk) => (head += chunk.toString("latin1")));
    socket.on("error", () => {});
    socket.once("close", () => {
      ended++;
      const status = head.slice(9, 12);
      statuses[status] = (statuses[status] ?? 0) + 1;
    });
    socket.write("GET /hostile/1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    return socket;
  });
  await turn;
  await until(() => ended === COUNT, "an answer to each request");
  note(JSON.stringify(statuses));
  for (const socket of sockets) socket.destroy();
  assert.deepEqual(Object.keys(statuses).filter((status) => !["200", "503"].includes(status)), []);
});

attack("mailbox", "50,000 timers that are due at once", { server }, async ({ client, note }) => {
  const COUNT = 50000;
  await client.join("hostile:1");
  await client.run("hostile:1", (count) => {
    globalThis.fired = 0;
    for (let i = 0; i < count; i++) setTimeout(() => globalThis.fired++, 1);
    const end = performance.now() + 300;
    while (performance.now() < end);
  }, COUNT);
  const fired = async () => (await client.run("hostile:1", () => ({ fired: globalThis.fired }))).response.fired === COUNT;
  const start = performance.now();
  await until(fired, "every timer has fired");
  note(`all have fired after ${(performance.now() - start).toFixed(0)} ms`);
});

attack("mailbox", "100,000 messages of a room to another that is busy", { server }, async ({ client, note }) => {
  const COUNT = 100000;
  await client.join("hostile:1");
  await client.join("hostile:2");
  await client.run("hostile:1", () => void (globalThis.onInfo = () => (globalThis.got = (globalThis.got ?? 0) + 1)));
  const turn = busy(client, "hostile:1", 1000);
  await client.run("hostile:2", (count) => {
    for (let i = 0; i < count; i++) room.send("hostile:1", { i });
  }, COUNT);
  await turn;
  const { response } = await client.run("hostile:1", () => ({ got: globalThis.got ?? 0 }));
  note(`${response.got} of ${COUNT} were handled`);
});

attack("mailbox", "a room that ends with 100,000 messages in its mailbox", { server }, async ({ client, connect, note }) => {
  const COUNT = 100000;
  const { sender, counts } = await joined(client, connect);
  const turn = client.run("hostile:1", () => {
    const end = performance.now() + 400;
    while (performance.now() < end);
    const kept = [];
    for (;;) kept.push(new Uint8Array(1 << 20));
  });
  await sender.flood("hostile:1", "m", COUNT);
  await turn;
  await until(() => counts.total >= COUNT, "a reply to each message");
  note(JSON.stringify(counts));
});
