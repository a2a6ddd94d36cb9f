// SPDX-License-Identifier: MIT
//
// Fan-out: one turn, within the limits on its output and CPU time, makes the thread deliver millions of messages, because a
// broadcast is multiplied by its receivers. Delivery must be sliced, slow the room down, and end at the limit `fanOut`.

import { attack, rest } from "./attack.mjs";

const CROWD = 500;

/**
 * Runs `script` in the room. The client that asks for it receives the room's output as well, and may be closed as too slow
 * before the reply.
 */
async function timed(client, topic, script, note) {
  const start = performance.now();
  const { status, response } = await client.run(topic, script).catch((error) => ({ status: "closed", response: error.message }));
  note(`${status} ${JSON.stringify(response).slice(0, 200)} after ${(performance.now() - start).toFixed(0)} ms`);
}

const bombs = {
  "60,000 broadcasts in one turn": () => {
    for (let i = 0; i < 60000; i++) room.broadcast("e", { t: "zzzzzzzzzz" });
    return {};
  },
  "as many broadcasts as the limit allows": () => {
    try {
      for (;;) room.broadcast("e", { t: "zzzzzzzzzz" });
    } catch {}
    return {};
  },
  "one push to each client, again and again": () => {
    for (let i = 0; i < 40; i++) for (const each of room.clients) each.push("e", { i });
    return {};
  },
  "BroadcastChannel.postMessage": () => {
    const channel = new BroadcastChannel("chat");
    for (let i = 0; i < 60000; i++) channel.postMessage({ i });
    return {};
  },
  "Beam.callSync of the handler broadcast": () => {
    for (let i = 0; i < 20000; i++) Beam.callSync("broadcast", { i });
    return {};
  },
  "broadcasts of 900 KB": () => {
    const text = "z".repeat(900000);
    for (let i = 0; i < 8; i++) room.broadcast("e", { text });
    return {};
  },
  "broadcasts of bytes": () => {
    const bytes = new Uint8Array(2000).fill(7);
    for (let i = 0; i < 3000; i++) room.broadcast("e", bytes);
    return {};
  },
  "broadcasts to all but one": (client) => {
    for (let i = 0; i < 20000; i++) room.broadcast("e", { i }, { except: client });
    return {};
  },
  "a timer that broadcasts every millisecond": () => {
    setInterval(() => {
      for (let i = 0; i < 50; i++) room.broadcast("e", { i });
    }, 1);
    return {};
  },
};

for (const [variant, bomb] of Object.entries(bombs)) {
  attack("fan-out to 500 clients", variant, {}, async ({ client, crowd, note }) => {
    const receivers = await crowd(CROWD, "hostile:fan");
    await client.join("hostile:fan");
    await timed(client, "hostile:fan", bomb, note);
    await rest(500);
    const { bytes, ended } = await receivers.answer("how much?");
    note(`the crowd received ${(bytes / 1e6).toFixed(1)} MB, ${ended} connections ended`);
  });
}

// The first presence is announced to each client with a `presence_state` of its own.
attack("fan-out to 500 clients", "presence changes in a loop", {}, async ({ client, crowd, note }) => {
  await crowd(CROWD, "hostile:fan");
  await client.join("hostile:fan");
  await timed(client, "hostile:fan", () => {
    setInterval(() => {
      for (const each of room.clients) room.presence.track(each, each.id, { at: performance.now() });
    }, 20);
    for (const each of room.clients) room.presence.track(each, each.id, { name: "n".repeat(200) });
    return {};
  }, note);
  await rest(900);
});

attack("fan-out to 500 clients", "every broadcast is intercepted", {
  server: { files: { "rooms/intercepting.ts": `
    export const topic = "intercepting:*";
    export const intercept = ["e"];
    export function handleOut(event: string, payload: any, client: any) { client.push(event, payload); }
    export function handleIn() { for (let i = 0; i < 2000; i++) room.broadcast("e", { i }); return {}; }` } },
}, async ({ client, crowd, note }) => {
  await crowd(CROWD, "intercepting:fan");
  await client.join("intercepting:fan");
  note(JSON.stringify(await client.request("intercepting:fan", "go")));
  await rest(1000);
});

attack("fan-out to 500 clients", "every client is gone at once, and each leave broadcasts", {}, async ({ client, crowd, note }) => {
  const receivers = await crowd(CROWD, "hostile:fan");
  await client.join("hostile:fan");
  await client.run("hostile:fan", () => void (globalThis.onTerminate = () => {
    for (let i = 0; i < 20; i++) room.broadcast("left", { i });
  }));
  receivers.end();
  await rest(800);
  const { response } = await client.run("hostile:fan", () => ({ clients: room.clients.length }));
  note(JSON.stringify(response));
});

attack("fan-out to 500 clients", "six rooms of 50 clients broadcast at the same time", {}, async ({ connect, crowd }) => {
  const rooms = await Promise.all(Array.from({ length: 6 }, async (_, i) => {
    await crowd(50, `hostile:fan-${i}`);
    const client = await connect();
    await client.join(`hostile:fan-${i}`);
    return client;
  }));
  await Promise.all(rooms.map((client, i) => client.run(`hostile:fan-${i}`, () => {
    const more = () => {
      try {
        for (let i = 0; i < 5000; i++) room.broadcast("e", { t: "zzzzzzzzzz" });
      } catch {}
    };
    setInterval(more, 1);
    more();
  }).catch(() => {})));
  await rest(1000);
});

attack("fan-out to 500 clients", "the same with the limit `fanOut` at its maximum", { server: { config: { limits: { fanOut: "1000 GB" } } } }, async ({ client, crowd, note }) => {
  const receivers = await crowd(CROWD, "hostile:fan");
  await client.join("hostile:fan");
  const bomb = client.run("hostile:fan", () => {
    for (let i = 0; i < 60000; i++) room.broadcast("e", { t: "zzzzzzzzzz" });
    return {};
  }).catch(() => {});
  await rest(1000);
  const { bytes, ended } = await receivers.answer("how much?");
  note(`the crowd received ${(bytes / 1e6).toFixed(1)} MB, ${ended} connections ended`);
  void bomb;
});
