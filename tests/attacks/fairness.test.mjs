// SPDX-License-Identifier: MIT
//
// CPU time: rooms that keep the thread busy by turns of any length, in the engine and in host functions. A message to the
// quiet room must wait for a few slices, not for the busy rooms.

import { attack, rest } from "./attack.mjs";

const MEASURED_MS = 1000;
const BUSY_ROOMS = 99;

/** Runs `script` in many rooms, from several connections: a client can join at most 100 topics. */
async function everywhere(connect, script, ...args) {
  const clients = await Promise.all(Array.from({ length: 3 }, connect));
  await Promise.all(
    Array.from({ length: BUSY_ROOMS }, async (_, i) => {
      const client = clients[i % clients.length];
      await client.join(`hostile:${i}`);
      await client.run(`hostile:${i}`, script, ...args);
    }),
  );
}

attack("CPU time", "no attack, for comparison", {}, async () => rest(MEASURED_MS));

attack("CPU time", "99 rooms that start at the same time", {}, async ({ connect }) => {
  const clients = await Promise.all(Array.from({ length: BUSY_ROOMS }, connect));
  for (let round = 0; round < 3; round++) {
    await Promise.all(clients.map((client, i) => client.join(`hostile:${i}`)));
    await Promise.all(clients.map((client, i) => client.run(`hostile:${i}`, () => room.stop()).catch(() => {})));
    await rest(200);
  }
});

for (const length of [0.1, 0.8, 1.5, 20]) {
  attack("CPU time", `99 rooms with turns of ${length} ms`, {}, async ({ connect }) => {
    await everywhere(connect, (ms) => {
      setInterval(() => {
        const end = performance.now() + ms;
        while (performance.now() < end);
      }, Math.ceil(ms));
    }, length);
    await rest(MEASURED_MS);
  });
}

attack("CPU time", "99 rooms whose messages to each other never end", {}, async ({ connect }) => {
  await everywhere(connect, () => {
    globalThis.onInfo = ({ n }) => {
      for (let i = 0; i < 2; i++) room.send(`hostile:${(n * 7 + i * 13) % 99}`, { n: n + 1 });
    };
    room.send(room.topic, { n: 1 });
  });
  await rest(MEASURED_MS);
});

attack("CPU time", "99 rooms whose promises never end", {}, async ({ connect }) => {
  await everywhere(connect, () => {
    const again = () => new Promise((done) => setTimeout(done, 1)).then(async () => {
      for (let i = 0; i < 3000; i++) await i;
      again();
    });
    again();
  });
  await rest(MEASURED_MS);
});

attack("CPU time", "a crash loop of ten rooms", {}, async ({ connect }) => {
  const clients = await Promise.all(Array.from({ length: 10 }, connect));
  const end = performance.now() + MEASURED_MS;
  await Promise.all(
    clients.map(async (client, i) => {
      const topic = `hostile:crash-${i}`;
      while (performance.now() < end) {
        await client.join(topic).catch(() => {});
        await client.run(topic, () => {
          const kept = [];
          for (;;) kept.push(new Array(100000).fill(0));
        }).catch(() => {});
      }
    }),
  );
});

// One room that runs a step again and again, in turns of 300 ms; a step that throws is tried again.
const steps = {
  "an endless loop": () => {
    for (let i = 0; i < 1e9; i++);
  },
  "a regular expression without an end": () => /^(a+)+$/.test("a".repeat(40) + "b"),
  "garbage collections of a heap of 13 MB": () => {
    globalThis.heap ??= Array.from({ length: 60000 }, (_, i) => ({ i, next: { i: [i] } }));
    for (let i = 0; i < 20000; i++) {
      const a = {};
      const b = { a };
      a.b = b;
    }
  },
  "TextDecoder of 11 MB": () => {
    globalThis.bytes ??= new Uint8Array(11e6).map((_, i) => (i % 2 ? 0xa9 : 0xc3));
    globalThis.bytes[11e6 - 1] = 0xff;
    new TextDecoder("utf-8", { fatal: true }).decode(globalThis.bytes);
  },
  "TextEncoder of 2 million characters": () => {
    globalThis.text ??= "é".repeat(2e6);
    new TextEncoder().encode(globalThis.text);
  },
  "JSON of 2 MB, written and parsed": () => {
    globalThis.json ??= JSON.stringify(Array.from({ length: 50000 }, (_, i) => ({ n: i, t: "text" })));
    JSON.stringify(JSON.parse(globalThis.json).length);
  },
  "structuredClone of 50,000 objects": () => {
    globalThis.list ??= Array.from({ length: 50000 }, (_, i) => ({ i }));
    structuredClone(globalThis.list);
  },
  "base64 of 3 MB": () => {
    globalThis.b64 ??= btoa("x".repeat(2e6));
    atob(globalThis.b64);
  },
  "base64 of bytes": () => {
    globalThis.plain ??= new Uint8Array(4e6).fill(65);
    Uint8Array.fromBase64(globalThis.plain.toBase64());
  },
  "console.log of a large object": () => {
    globalThis.object ??= { text: "x".repeat(1e6), list: Array.from({ length: 20000 }, (_, i) => [i]) };
    console.log(globalThis.object);
  },
  "a broadcast of 900 KB to nobody": () => {
    globalThis.payload ??= { text: "x".repeat(900000) };
    room.broadcast("e", globalThis.payload);
  },
  "an event of 5 MB": () => {
    globalThis.event ??= "e".repeat(5e6);
    room.broadcast(globalThis.event, {});
  },
  "an argument of a handler with a million zeros": () => {
    globalThis.zeros ??= Array(1000).fill(Array(1000).fill(0));
    Beam.callSync("broadcast", globalThis.zeros);
  },
  "sorting 300,000 numbers": () => {
    Array.from({ length: 300000 }, (_, i) => (i * 7919) % 300007).sort((a, b) => a - b);
    Float64Array.from({ length: 300000 }, (_, i) => (i * 7919) % 300007).sort();
  },
  "copies of 6 MB": () => {
    globalThis.block ??= new Uint8Array(6e6);
    globalThis.block.copyWithin(1, 0);
    globalThis.block.slice(0, 100000);
  },
  "URLs, headers and responses": () => {
    for (let i = 0; i < 200; i++) new Response(String(new URL(`http://a.example/${"é/".repeat(200)}?q=${i}`)), { headers: { a: "b".repeat(1000) } });
  },
  "random values": () => {
    globalThis.values ??= new Uint8Array(65536);
    for (let i = 0; i < 1000; i++) crypto.getRandomValues(globalThis.values);
  },
  "deep recursion and its stack traces": () => {
    const deep = (n) => (n === 0 ? new Error("deep").stack.length : deep(n - 1) + 1);
    for (let i = 0; i < 100; i++) deep(300);
  },
  "reading the presence list": () => {
    for (let i = 0; i < 2000; i++) room.presence.list();
  },
  "errors that are reported": () => {
    for (let i = 0; i < 200; i++) Promise.reject(new Error("x".repeat(10000)));
    reportError?.(new Error("y".repeat(100000)));
  },
};

/** Runs the step in turns of up to 300 ms. Its outcome and its errors are its own. */
const again = (source) => {
  const step = new Function(`return (${source})()`);
  setInterval(() => {
    const end = performance.now() + 300;
    while (performance.now() < end) {
      try {
        step();
      } catch {}
    }
  }, 1);
};

for (const [variant, step] of Object.entries(steps)) {
  attack("CPU time", variant, {}, async ({ client }) => {
    await client.join("hostile:1");
    await client.run("hostile:1", again, String(step));
    await rest(700);
  });
}
