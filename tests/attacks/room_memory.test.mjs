// SPDX-License-Identifier: MIT
//
// Memory of another room. A room's heap lies in a region of address space between those of other rooms; a heap larger than
// its region would overlap the next one. So a larger limit must be refused, and a room at the largest limit that fills its
// heap, in whatever way, must end alone. What a room has left behind must not be seen by the room that gets its region.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { attack, until } from "./attack.mjs";
import { app, entmoot } from "./server.mjs";

const LARGEST = "63 MB";
const refused = {
  "64 MB for all rooms": { limits: { heap: "64 MB" } },
  "256 MB for all rooms": { limits: { heap: "256 MB" } },
  "one byte more than 63 MB": { limits: { heap: 63 * 1048576 + 1 } },
  "64 MB for one route": { rooms: { "quiet:*": { heap: "64 MB" } } },
  "a warning level of 1 GB": { limits: { heapWarn: "1 GB" } },
};

for (const [what, config] of Object.entries(refused)) {
  test(`heap above the region: ${what} is refused by check and by serve`, () => {
    const folder = app({ config });
    for (const line of [["check", folder], ["serve", folder, "--port", "0"]]) {
      const { status, output } = entmoot(...line);
      assert.equal(status, 1, `${line[0]} ended with ${status}`);
      assert.match(output, /`[^`]*heap(Warn)?` must be a size from [^,:]* to 63 MB/, output);
    }
  });
}

// Without the soft limit, at which a turn fails and the room lives: each of these rooms reaches the hard one and is dropped.
const large = { config: { limits: { heap: LARGEST, heapWarn: LARGEST, turn: "5s", cpuShare: 1 } } };

attack("memory of another room", "a reload that asks for 256 MB", { server: large }, async ({ server, client }) => {
  await client.join("hostile:1");
  writeFileSync(join(server.folder, "entmoot.config.ts"), 'export default { shards: 1, limits: { heap: "256 MB" } };\n');
  const { status, output } = entmoot("reload", server.folder);
  assert.equal(status, 1);
  assert.match(output, /63 MB/);
  const { response } = await client.run("hostile:1", () => {
    const kept = [];
    for (;;) kept.push(new Uint8Array(1 << 20));
  });
  assert.match(response.reason, /out of memory/);
});

// How a room may fill its heap. Each ends with the end of the room.
const ways = {
  "one ArrayBuffer": () => {
    for (let size = 1 << 20; ; size += 1 << 20) globalThis.kept = new ArrayBuffer(size);
  },
  "typed arrays of a megabyte": () => {
    const kept = [];
    for (;;) kept.push(new Float64Array(1 << 17).fill(1.5));
  },
  "a resizable buffer that grows": () => {
    const buffer = new ArrayBuffer(1 << 20, { maxByteLength: 1 << 30 });
    for (;;) {
      buffer.resize(buffer.byteLength + (1 << 20));
      new Uint8Array(buffer).fill(0x41, buffer.byteLength - (1 << 20));
    }
  },
  "many small strings": () => {
    const kept = [];
    for (let i = 0; ; i++) kept.push("text of no other " + i);
  },
  "one string": () => {
    for (let text = "0123456789abcdef"; ; ) text = (text + text).replace("0", "1");
  },
  "many objects": () => {
    const kept = [];
    for (let i = 0; ; i++) kept.push({ i, next: { i } });
  },
  "one array": () => {
    const list = [];
    for (;;) list.push(1);
  },
  "a Map and its keys": () => {
    const map = new Map();
    for (let i = 0; ; i++) map.set({ i }, [i]);
  },
  "closures": () => {
    let chain = null;
    for (;;) {
      const before = chain;
      chain = () => before;
    }
  },
  "large numbers": () => {
    const kept = [];
    for (let n = 1n << 100000n; ; n += 1n) kept.push(n);
  },
};

attack("memory of another room", "63 MB filled in ten ways between six rooms with secrets", { server: large, limit: 1500 }, async ({ client, connect, note }) => {
  const victims = [];
  const put = async (topic) => {
    await client.join(topic);
    await client.run(topic, (who) => {
      globalThis.secrets = [];
      for (let i = 0; i < 2000; i++) globalThis.secrets.push(`secret of ${who}, number ${i}`);
      globalThis.bytes = new Uint8Array(1 << 18).fill(0x5a);
    }, topic);
    victims.push(topic);
  };
  for (let i = 0; i < 3; i++) await put(`hostile:before-${i}`);
  const ends = {};
  let i = 0;
  for (const [way, script] of Object.entries(ways)) {
    const topic = `hostile:attacker-${i++}`;
    const attacker = await connect();
    await attacker.join(topic);
    ends[way] = (await attacker.run(topic, script)).response.reason;
    if (i <= 3) await put(`hostile:after-${i}`);
    attacker.end();
  }
  note(JSON.stringify(ends));
  for (const [way, reason] of Object.entries(ends)) assert.match(reason ?? "none", /out of memory/, way);
  for (const topic of victims) {
    const { response } = await client.run(topic, () => {
      const intact = globalThis.secrets.filter((text, i) => text.endsWith(`, number ${i}`) && text.startsWith("secret of hostile:"));
      return { secrets: intact.length, bytes: globalThis.bytes.every((byte) => byte === 0x5a) };
    });
    assert.deepEqual(response, { secrets: 2000, bytes: true }, topic);
  }
});

attack("memory of another room", "a room in the region of one that has ended", { server: large, limit: 1500 }, async ({ client, connect }) => {
  for (let round = 0; round < 3; round++) {
    const dead = await connect();
    await dead.join(`hostile:dead-${round}`);
    const { response } = await dead.run(`hostile:dead-${round}`, () => {
      const kept = [];
      for (;;) kept.push(new Uint8Array(1 << 16).fill(0xab));
    });
    assert.match(response.reason, /out of memory/);
    dead.end();

    // Which of them gets the region, the room's next life or another room, is the server's choice.
    for (const topic of [`hostile:dead-${round}`, `hostile:heir-${round}`]) {
      await client.join(topic);
      const found = await client.run(topic, () => {
        const stale = {};
        const look = (what, buffer) => {
          const bytes = new Uint8Array(buffer);
          for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) return void (stale[what] = (stale[what] ?? 0) + 1);
        };
        for (let i = 0; i < 4; i++) look("ArrayBuffer", new ArrayBuffer(1 << 20));
        for (let i = 0; i < 50; i++) look("small ArrayBuffer", new ArrayBuffer(1000 + 64 * i));
        look("transfer", new ArrayBuffer(16).transfer(2 << 20));
        look("transfer to a fixed length", new ArrayBuffer(16).transferToFixedLength(1 << 19));
        const buffer = new ArrayBuffer(16, { maxByteLength: 4 << 20 });
        buffer.resize(3 << 20);
        look("resize", buffer);
        new Uint8Array(buffer).fill(1);
        buffer.resize(100);
        buffer.resize(3 << 20);
        look("resize down and up", buffer.slice(100));
        look("subclass", new (class extends Uint32Array {})(1 << 18).buffer);
        look("slice with another constructor", new Uint8Array(1 << 16).slice(10, 1 << 15).buffer);
        return stale;
      });
      assert.deepEqual(found.response, {}, "a new buffer holds something");
    }
  }
});

attack("memory of another room", "many rooms that fill 63 MB at the same time", { server: large, limit: 1500 }, async ({ client, connect, server }) => {
  await client.join("hostile:witness");
  await client.run("hostile:witness", () => void (globalThis.data = Array.from({ length: 20000 }, (_, i) => i)));
  const topics = Array.from({ length: 8 }, (_, i) => `hostile:greedy-${i}`);
  const replies = await Promise.all(
    topics.map(async (topic) => {
      const attacker = await connect();
      await attacker.join(topic);
      return attacker.run(topic, () => {
        const kept = [];
        for (;;) kept.push(new Uint8Array(1 << 20).fill(0x41));
      });
    }),
  );
  for (const { response } of replies) assert.match(response.reason, /out of memory/);
  const { response } = await client.run("hostile:witness", () => ({ intact: globalThis.data.every((n, i) => n === i) }));
  assert.deepEqual(response, { intact: true });
  await until(() => server.memory().now < 200, "the memory of the rooms that have ended is returned");
});
