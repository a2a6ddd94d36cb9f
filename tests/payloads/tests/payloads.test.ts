// SPDX-License-Identifier: MIT
//
// A payload has one meaning, in whatever way it goes: what is sent arrives.

import { equal, join, reload, rejects, test } from "entmoot:test";

const seeds = [1, 20261127, 0xdecade];

/** Mulberry32. */
function generator(seed: number) {
  const next = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
  const below = (end: number) => next() % end;
  const words = new Uint32Array(2);
  const asNumber = new Float64Array(words.buffer);
  const number = (): number => {
    switch (below(6)) {
      case 0: return below(100) - 50;
      case 1: return below(1000) / 3;
      case 2: return below(2 ** 31) * 2 ** 22 + below(2 ** 22);
      case 3: return [0, 1e21, 1e-7, 5e-324, 1.7976931348623157e308, 2 ** 53, -(2 ** 53) - 2, 274 / 3, 14 * 0.1, 1795657152924.6213][below(10)]!;
      default:
        words[0] = next();
        words[1] = next();
        return Number.isFinite(asNumber[0]!) ? asNumber[0]! : 0;
    }
  };
  const units = [0x61, 0x20, 0x22, 0x5c, 0x2f, 0, 0x1f, 0x7f, 0xe9, 0x2028, 0xfffd, 0xfeff, 0xd83d, 0xde00, 0xd800, 0xdfff];
  const string = () => String.fromCharCode(...Array.from({ length: below(12) }, () => (below(4) ? units[below(units.length)]! : below(0x10000))));
  const value = (depth: number): any => {
    switch (below(depth > 0 ? 7 : 5)) {
      case 0: return number();
      case 1: return string();
      case 2: return [true, false, null][below(3)];
      case 3: return number();
      case 4: return string();
      case 5: return Array.from({ length: below(5) }, () => value(depth - 1));
      default: return object(depth - 1);
    }
  };
  const object = (depth: number): any => Object.fromEntries(Array.from({ length: below(5) }, () => ["k" + string(), value(depth)]));
  return { object };
}

/** Where two values differ; null if they do not. JSON has no -0. */
function difference(a: any, b: any, at = ""): string | null {
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) {
    return Object.is(a === 0 ? 0 : a, b === 0 ? 0 : b) ? null : `${at}: ${JSON.stringify(a)} is not ${JSON.stringify(b)}`;
  }
  if (Array.isArray(a) !== Array.isArray(b)) return `${at}: an array and an object`;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return `${at}: ${JSON.stringify(keys)} and ${JSON.stringify(Object.keys(b))}`;
  for (const key of keys) {
    const found = Object.hasOwn(b, key) ? difference(a[key], b[key], `${at}.${key}`) : `${at}: no ${JSON.stringify(key)}`;
    if (found !== null) return found;
  }
  return null;
}

type Ways = Record<string, (client: any, value: any) => Promise<any>>;
const answered = (event: string) => (client: any, value: any) => client.push(event, value);
const heard = (event: string, as = event) => async (client: any, value: any) => {
  await client.push(event, value);
  return client.next(as);
};
const ways: Ways = {
  reply: answered("reply"),
  promise: answered("promise"),
  later: answered("later"),
  history: answered("history"),
  error: async (client, value) => {
    try {
      await client.push("error", value);
    } catch (error: any) {
      return error.response;
    }
  },
  push: heard("push"),
  broadcast: heard("broadcast"),
  through: heard("through"),
  beam: heard("beam", "new_message"),
  beamLater: heard("beamLater", "new_message"),
  channel: heard("channel", "new_message"),
  send: heard("send", "info"),
  beamSend: heard("beamSend", "info"),
  track: async (client, value) => {
    if (new TextEncoder().encode(JSON.stringify(value)).length > 480) return value; // a meta has at most 512 bytes
    await client.push("track", value);
    const { joins } = await client.next("presence_diff");
    const { phx_ref, phx_ref_prev, ...meta } = await client.push("tracked");
    const { phx_ref: ref, phx_ref_prev: previous, ...told } = joins.key.metas[0];
    equal(difference(meta, told), null);
    return meta;
  },
  join: async (_, value) => (await join("echo:joined", value)).joined.got,
};

for (const seed of seeds) {
  test(`what is sent arrives, whatever it is (seed ${seed})`, async () => {
    const { object } = generator(seed);
    const client = await join("echo:a");
    for (let i = 0; i < 30; i++) {
      const value = object(4);
      for (const [name, way] of Object.entries(ways)) {
        const found = difference(value, await way(client, value));
        equal(found, null, `seed ${seed}, value ${i}, ${name}: ${found}\n${JSON.stringify(value)}`);
      }
    }
  });
}

test("a value goes through a reload as it is", async () => {
  const { object } = generator(7);
  const client = await join("echo:reloaded");
  for (let i = 0; i < 5; i++) {
    const value = { number: 274 / 3, half: "\ud83d", more: object(4) };
    await client.push("history", value);
    await reload();
    equal(difference(value, await client.push("state")), null);
  }
});

test("nesting of 512", async () => {
  const client = await join("echo:deep");
  let value: any = [];
  for (let depth = 2; depth < 512; depth++) value = [value];
  value = { value };
  const depthOf = (inner: any) => {
    let depth = 1;
    for (inner = inner.value; inner !== undefined; inner = inner[0]) depth++;
    return depth;
  };
  for (const [name, way] of Object.entries(ways)) {
    if (name === "join" || name === "track") continue; // these put it deeper
    equal(depthOf(await way(client, value)), 512, name);
  }
  let meta: any = [];
  for (let depth = 2; depth < 200; depth++) meta = [meta];
  equal(depthOf(await ways.track!(client, { value: meta })), 200);
});

test("bytes in any view are bytes, in every way", async () => {
  const bytes = [1, 2, 3, 4, 5, 6, 7, 8];
  const client = await join("echo:bytes");
  const types = ["ArrayBuffer", "part", "DataView", "Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array",
    "Int32Array", "Uint32Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array"];
  for (const type of types) {
    for (const by of ["reply", "promise", "later", "error", "push", "broadcast"]) {
      let got: any;
      try {
        got = await client.push("view", { type, by });
      } catch (error: any) {
        got = error.response;
      }
      if (by === "push" || by === "broadcast") got = await client.next(by);
      equal(got instanceof Uint8Array && [...got], bytes, `${type} by ${by}`);
    }
  }
  for (const view of [Uint8Array.from(bytes), Uint8Array.from(bytes).buffer, new DataView(Uint8Array.from([0, ...bytes]).buffer, 1), new Uint16Array(Uint8Array.from(bytes).buffer)]) {
    equal([...((await client.push("reply", view as any)) as any)], bytes);
  }
});

test("what JSON cannot say is an error that names the place", async () => {
  const client = await join("echo:errors");
  const said = (what: string) => rejects(client.push("impossible", { what }));
  const bigint = (at: string) => `JSON has no BigInt, but one is at ${at}: send it as a string or a number`;
  const cycle = "JSON has no cycles, but a.inner.list[1] leads back to a";
  const unserializable = "the result cannot be serialized as JSON: ";
  equal(await said("reply"), unserializable + bigint("items[1].id"));
  equal(await said("cycle"), unserializable + cycle);
  equal(await said("push"), bigint("n.m"));
  equal(await said("broadcast"), cycle);
  equal(await said("later"), unserializable + bigint("deep[0][0]"));
  equal(await said("error"), bigint("a"));
  equal(await said("track"), bigint("a"));
  equal(await said("send"), bigint("a.b"));
  equal(await said("beam"), bigint("[0].c"));
  equal(await said("history"), cycle);
});
