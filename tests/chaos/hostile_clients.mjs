// SPDX-License-Identifier: MIT
//
// The hostile clients: each is one short attack over connections of its own, which ends by itself. `ends` counts what the
// server did, or that the client left.

import { Agent } from "node:http";
import { setTimeout as after } from "node:timers/promises";
import { upgradeRequest, wsFrame, wsText } from "../conformance/wire.mjs";
import { channelsOverWebSocket } from "./channels.mjs";
import { frames, requests } from "./lies.mjs";
import { ask, openSession } from "./long_poll.mjs";
import { RawClient } from "./raw_client.mjs";

const DROPPED_WITHIN_MS = 6000; // The app's longest timeout for a client is two seconds.

/** Opens connections and ends them at once, some in the middle of the handshake, some by a reset. */
async function connectAndGo({ port, random, ends }) {
  for (let i = 0; i < 15; ++i) {
    const client = await RawClient.connect(port);
    if (random.next() < 0.7) client.write(upgradeRequest());
    if (random.next() < 0.5) await after(random.between(0, 10));
    random.pick([() => client.leave(), () => client.reset(), () => client.socket.end()])();
    ends.add("left");
    await Promise.race([client.closed, after(1000)]);
    client.leave();
  }
}

async function joinAndLeave({ url, name, random, ends }) {
  const { channels, socket } = await channelsOverWebSocket(url);
  const left = [];
  for (let i = 0; i < 30; ++i) {
    const topic = `hostile:calm-${random.between(0, 9)}${name}`;
    const joined = channels.join(topic);
    if (random.next() < 0.5) ends.add((await joined).status);
    else ends.add("left before the reply");
    left.push(channels.leave(topic));
  }
  await Promise.race([Promise.all(left), after(DROPPED_WITHIN_MS)]);
  socket.terminate();
}

/** Joins a room that sends more than a client gets that never reads. */
async function stall({ port, name, ends }) {
  const client = await RawClient.webSocket(port);
  client.say("1", "1", `hostile:fountain-${name}`, "phx_join", {});
  client.say("1", "2", `hostile:fountain-${name}`, "go", {});
  client.stopReading();
  await after(4500);
  client.readOn();
  ends.add(await client.end(DROPPED_WITHIN_MS));
}

async function badFrames({ port, random, ends }) {
  for (let i = 0; i < 4; ++i) {
    const what = random.pick(Object.keys(frames));
    const client = await RawClient.webSocket(port);
    client.write(frames[what](random));
    ends.add(await client.end(random.between(200, 1500)));
  }
}

async function badRequests({ port, random, ends }) {
  for (let i = 0; i < 4; ++i) {
    const what = random.pick(Object.keys(requests));
    const client = await RawClient.connect(port);
    client.write(requests[what](random));
    const patient = random.next() < 0.5;
    if (!patient) await after(random.between(0, 100));
    ends.add(patient ? await client.end(2500) : "left");
    client.leave();
  }
}

/** Sends a head byte by byte. Trickling does not extend the time for the head. */
async function slowHead({ port, ends }) {
  const client = await RawClient.connect(port);
  for (const byte of upgradeRequest().subarray(0, 40)) {
    if (client.ended) break;
    client.write(Buffer.from([byte]));
    await after(100);
  }
  ends.add(await client.end(DROPPED_WITHIN_MS));
}

/** Opens sessions, joins, polls, and never comes back. */
async function abandonPolls({ url, name, random, ends }) {
  for (let i = 0; i < 3; ++i) {
    const session = await openSession(url);
    const body = JSON.stringify(["1", "1", `hostile:calm-${name}`, "phx_join", {}]);
    await ask(session.address, { method: "POST", body, agent: new Agent() });
    if (random.next() < 0.5) await ask(session.address, { agent: new Agent() }); // The reply to the join.
    const agent = new Agent({ keepAlive: true });
    const poll = ask(session.address, { agent }).then(
      () => "abandoned after an answer",
      () => "abandoned while a poll waits",
    );
    await after(random.between(0, 50));
    agent.destroy();
    ends.add(await poll);
  }
}

/** Resets connections while the server is writing to them. */
async function reset({ port, name, random, ends }) {
  for (let i = 0; i < 3; ++i) {
    const client = await RawClient.webSocket(port);
    client.say("1", "1", `hostile:fountain-${name}`, "phx_join", {});
    client.say("1", "2", `hostile:fountain-${name}`, "go", {});
    await client.until(() => client.received > 50000, random.between(100, 500));
    client.reset();
    ends.add("left");
  }
}

/** More messages than a room takes, as fast as they can be sent. */
async function messageFlood({ url, name, ends }) {
  const { channels, socket } = await channelsOverWebSocket(url);
  const topic = `hostile:calm-${name}`;
  await channels.join(topic);
  const replies = [];
  for (let i = 0; i < 3000; ++i) replies.push(channels.push(topic, "echo", { i }));
  const late = after(DROPPED_WITHIN_MS, { status: "unanswered", response: {} }, { ref: false });
  for (const { status, response } of await Promise.all(replies.map((reply) => Promise.race([reply, late]))))
    ends.add(status === "ok" ? "ok" : `${status} ${response.reason}`);
  socket.terminate();
}

async function pingFlood({ port, ends }) {
  const client = await RawClient.webSocket(port);
  client.stopReading();
  const pings = Buffer.concat(Array.from({ length: 1000 }, () => wsFrame({ opcode: 9, payload: "ping" })));
  for (let i = 0; i < 5; ++i) client.write(pings);
  await after(500);
  client.readOn();
  await client.close();
  ends.add("left");
}

/** Many clients at once. */
async function crowd({ port, name, ends }) {
  const clients = await Promise.all(Array.from({ length: 40 }, () => RawClient.webSocket(port)));
  for (const client of clients) client.say("1", "1", `hostile:calm-${name}`, "phx_join", {});
  await after(500);
  for (const client of clients) {
    ends.add(client.ended ? "ended by the server" : "left");
    client.leave();
  }
}

/** Requests in one stream, without waiting for their responses. */
async function requestFlood({ port, name, ends }) {
  const client = await RawClient.connect(port);
  const one = (path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  client.write((one(`/hostile/calm-${name}`) + one("/nothing")).repeat(100));
  client.write("GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  ends.add(await client.end(DROPPED_WITHIN_MS));
}

/** Fills its own queue of messages and then reads slowly: it gets everything, or is closed. */
async function slowReader({ port, name, ends }) {
  const client = await RawClient.webSocket(port);
  client.write(wsText(JSON.stringify(["1", "1", `hostile:fountain-${name}`, "phx_join", {}])));
  client.say("1", "2", `hostile:fountain-${name}`, "go", {});
  for (let i = 0; i < 15 && !client.ended; ++i) {
    client.stopReading();
    await after(200);
    client.readOn();
    await after(1);
  }
  ends.add(client.ended ? await client.end(0) : "left");
  client.leave();
}

export const kinds = {
  "connect and go": connectAndGo,
  "join and leave": joinAndLeave,
  "stall": stall,
  "slow reader": slowReader,
  "bad frames": badFrames,
  "bad requests": badRequests,
  "slow head": slowHead,
  "abandoned polls": abandonPolls,
  "reset": reset,
  "message flood": messageFlood,
  "ping flood": pingFlood,
  "crowd": crowd,
  "request flood": requestFlood,
};

export async function attackWithClient(url, kind, name, random, ends) {
  await kinds[kind]({ url, port: Number(new URL(url).port), name, random, ends });
}
