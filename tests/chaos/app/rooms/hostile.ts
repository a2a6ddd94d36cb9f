// SPDX-License-Identifier: MIT
//
// The hostile rooms. The name of a room, such as "endless-loop-17", selects what it does when a client sends "go"; some do
// harm before any message arrives.

export const topic = "hostile:*";
export const path = "/hostile/:id";

const REVISION = 0; // The run writes another number with each reload.
const kind = /^([a-z-]+)-\d+$/.exec(room.id)?.[1] ?? "";

// ---- What happens at the top level

const forever = () => {
  for (;;);
};
if (kind === "failing-start") throw new Error("this room never starts");
if (kind === "endless-start") await new Promise(() => {});
if (kind === "restart-loop") setTimeout(forever, 20);
if (kind === "warm-up") new Uint8Array(1_000_000).fill(1);

// ---- What happens at "go"

const kept: unknown[] = [];
let flowing = false;

/** Broadcasts all the time. */
function flow() {
  if (!flowing) setInterval(() => room.broadcast("water", { text: "x".repeat(16000) }), 20);
  flowing = true;
}

const deeds: Record<string, (client: Client) => unknown> = {
  "throw": () => {
    throw new Error("thrown on purpose");
  },
  "late-throw": async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    throw new Error("thrown on purpose, late");
  },
  "endless-loop": forever,
  "endless-regexp": () => /^(a|a)*$/.test("a".repeat(100) + "b"),
  "recursion": () => (function deeper(): number { return 1 + deeper(); })(),
  "allocate": () => {
    for (;;) kept.push(new Array(1000).fill(kept.length));
  },
  "allocate-huge": () => kept.push(new ArrayBuffer(2 ** 30)),
  "broadcast-flood": () => {
    for (;;) room.broadcast("flood", { text: "x".repeat(20000) });
  },
  "fountain": flow,
  "console-flood": () => {
    for (let line = 0; line < 15000; ++line) console.log(`line ${line} ${"x".repeat(100)}`);
  },
  "pending": () => new Promise(() => {}),
  "endless-timers": () => {
    for (let i = 0; i < 2000; ++i) setInterval(() => kept.push(i) > 10000 && kept.splice(0), 1);
  },
  "endless-microtasks": () => {
    const again = () => queueMicrotask(again);
    again();
  },
  "huge-reply": () => ({ text: "x".repeat(900_000) }),
  "too-huge-reply": () => ({ text: "x".repeat(3_000_000) }),
  "presence-storm": (client) => {
    for (let i = 0; i < 100; ++i) {
      room.presence.track(client, `key-${i % 10}`, { i });
      if (i % 3 === 0) room.presence.untrack(client, `key-${i % 7}`);
    }
  },
  "stop": () => room.stop("on purpose"),
  "disconnect": () => {
    for (const client of room.clients) client.disconnect();
  },
  "send-storm": () => {
    for (let i = 0; i < 2000; ++i) room.send(`hostile:calm-${i % 10}`, { i });
  },
};

export function join() {
  return { revision: REVISION };
}

export function handleIn(event: string, payload: unknown, client: Client) {
  if (event !== "go") return payload; // An echo.
  const result = deeds[kind]?.(client);
  return typeof result === "object" ? result : {};
}

export function handleRequest() {
  return Response.json({ kind });
}

export function serialize() {
  if (kind === "throwing-serialize") throw new Error("this room has no state");
  if (kind === "endless-serialize") forever();
  return { flowing };
}

export function restore(state: { flowing: boolean }) {
  if (kind === "throwing-restore") throw new Error("this room takes no state");
  if (kind === "endless-restore") forever();
  if (state.flowing) flow();
}
