// SPDX-License-Identifier: MIT
//
// The clients of the hostile rooms (app/rooms/hostile.ts): they join a fresh room of some kind and send "go", so that it
// does its deed, and record how each call ended. A call must end: with a reply, or with the channel or the connection.

import { setTimeout as after } from "node:timers/promises";
import { channelsOverWebSocket } from "./channels.mjs";

const ANSWERED_WITHIN_MS = 8000; // replyTimeout is two seconds, and a room that exceeds its share waits.

/**
 * Kind of room → how many clients join it, how often each sends "go", how long they stay, and what some of the calls must
 * come to (`meets`): a run in which no room meets its limit shows nothing.
 */
export const kinds = {
  "throw": { goes: 5, meets: "thrown on purpose" },
  "late-throw": { goes: 5, meets: "thrown on purpose, late" },
  "endless-loop": { meets: "out of time" },
  "endless-regexp": { meets: "out of time" },
  "recursion": { goes: 2, meets: "Maximum call stack size exceeded" },
  "allocate": { meets: "out of memory" },
  "allocate-huge": { meets: "out of memory" },
  "broadcast-flood": {
    clients: 8,
    meets: "the broadcasts of one turn reach too many clients with too many bytes (limit `fanOut`)",
  },
  "fountain": { clients: 8, staysMs: 1500 },
  "console-flood": {},
  "pending": { clients: 2, goes: 700, meets: "overloaded" },
  "endless-timers": { staysMs: 1500, meets: "too many timers" },
  "endless-microtasks": { meets: "too many microtasks" },
  "huge-reply": { clients: 2, goes: 3 },
  "too-huge-reply": { meets: "too much output in one turn" },
  "presence-storm": { clients: 8, goes: 5 },
  "stop": { clients: 3 },
  "disconnect": { clients: 3 },
  "send-storm": {},
  "failing-start": { meets: "the room failed to start: this room never starts" },
  "endless-start": { meets: "the script did not start in time" },
  "restart-loop": { staysMs: 2000 },
  "throwing-serialize": { staysMs: 2500 },
  "endless-serialize": { staysMs: 2500 },
  "throwing-restore": { staysMs: 2500 },
  "endless-restore": { staysMs: 2500 },
};

/** One word for all replies of a kind: times in reasons are not told apart. */
function outcome({ status, response }) {
  const reason = String(response?.reason).replace(/\d+(\.\d+)? s$/, "n s");
  if (status === "error") return reason;
  return status === "gone" ? `gone: ${reason}` : status;
}

/** Runs one room of the kind. `ends` counts how joins and calls ended; the result is the number of calls. */
export async function attackWithRoom(url, kind, name, random, ends) {
  const { clients = 1, goes = 1, staysMs = 0 } = kinds[kind];
  const topic = `hostile:${kind}-${name}`;
  const visitors = [];
  let calls = 0;
  const call = async (reply) => {
    calls += 1;
    const late = after(ANSWERED_WITHIN_MS, { status: "unanswered", response: {} }, { ref: false });
    ends.add(outcome(await Promise.race([reply, late])));
  };
  try {
    for (let i = 0; i < clients; ++i) visitors.push(await channelsOverWebSocket(url));
    await Promise.all(visitors.map(({ channels }) => call(channels.join(topic))));
    const sent = [];
    for (const { channels } of visitors) {
      for (let i = 0; i < goes; ++i) sent.push(call(channels.push(topic, "go", { i })));
    }
    await Promise.all(sent);
    if (staysMs > 0) {
      await after(staysMs);
      await Promise.all(visitors.map(({ channels }) => call(channels.push(topic, "echo", {}))));
    }
  } finally {
    for (const { socket } of visitors) random.pick([() => socket.close(1000), () => socket.terminate()])();
  }
  return calls;
}
