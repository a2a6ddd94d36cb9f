// SPDX-License-Identifier: MIT
//
// Buffers that change between the check of their length and their use. A host function that takes bytes reads or writes the
// room's memory in C++; if it trusts a length that is not the current one, it reads or overwrites other objects of the heap.
// The attacker shrinks, grows, detaches and transfers a buffer in getters and arguments, and hands over views of every type.
// Around the buffer lie objects with a mark; the mark must not appear in any output, and every object must keep its value.

import assert from "node:assert/strict";
import { attack } from "./attack.mjs";

// In the room: the views of one buffer, the traps, and a witness of the heap around it.
const prelude = (size = 60000) => `
  const MARK = "mark-of-another-object-";
  const witness = () => Array.from({ length: 300 }, (_, i) => ({ text: MARK + i + "-".repeat(40 + i), list: [i, i + 1] }));
  const intact = (objects) => objects.every((o, i) => o.text === MARK + i + "-".repeat(40 + i) && o.list[0] === i && o.list[1] === i + 1);
  const types = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float16Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array, DataView];
  // Ways to change a buffer under its views.
  const SIZE = ${size};
  const changes = {
    shrink: (b) => b.resize(8), empty: (b) => b.resize(0), grow: (b) => b.resize(2 * SIZE),
    detach: (b) => b.transfer(), move: (b) => b.transferToFixedLength(16),
    "shrink and grow": (b) => { b.resize(0); b.resize(SIZE); },
  };
  const buffer = () => new ArrayBuffer(SIZE, { maxByteLength: 2 * SIZE });
  const outcomes = {};
  const count = (what) => { outcomes[what] = (outcomes[what] ?? 0) + 1; };
  // Calls use(view, change) for every type, whether the view tracks the length, and every change.
  const everywhere = (what, use) => {
    for (const type of types) for (const tracking of [true, false]) for (const [name, change] of Object.entries(changes)) {
      const b = buffer();
      const before = witness();
      const view = tracking ? new type(b) : new type(b, 0, SIZE / (type.BYTES_PER_ELEMENT ?? 1));
      let output;
      const around = []; // takes the memory that the change has freed
      try { output = use(view, () => { if (around.length > 0) return; change(b); around.push(witness()); }, b); count(what + ": done"); } catch (error) { count(what + ": " + error.name); }
      if (typeof output === "string" && output.includes(MARK)) count("LEAK in " + what + " of a " + type.name + " after " + name);
      if (output instanceof Uint8Array && output.length > 0 && new TextDecoder().decode(output.slice()).includes(MARK)) count("LEAK in " + what + " of a " + type.name + " after " + name);
      if (!intact(before) || !around.every(intact)) count("DAMAGE by " + what + " of a " + type.name + " after " + name);
    }
  };
`;

/** Runs `script` after the prelude, and requires that no output and no object was harmed. */
async function inRoom(client, topic, script, note, size) {
  const reply = await client.request(topic, "run", { code: `${prelude(size)}\n${script}\nreturn outcomes;` });
  assert.equal(reply.status, "ok", JSON.stringify(reply.response));
  const outcomes = reply.response;
  assert.ok(Object.keys(outcomes).length > 0);
  note(JSON.stringify(outcomes));
  assert.deepEqual(Object.keys(outcomes).filter((what) => /LEAK|DAMAGE/.test(what)), []);
}

const variants = {
  "TextDecoder, changed before the call": `
    everywhere("decode", (view, change) => { change(); return new TextDecoder().decode(view); });
    everywhere("decode as a stream", (view, change) => { const d = new TextDecoder(); d.decode(view, { stream: true }); change(); return d.decode(view); });`,
  "TextDecoder, changed by getters of its arguments": `
    everywhere("options", (view, change) => new TextDecoder().decode(view, { get stream() { change(); return false; } }));
    everywhere("byteLength", (view, change) => { Object.defineProperty(view, "byteLength", { get() { change(); return 60000; } }); return new TextDecoder().decode(view); });
    everywhere("byteOffset", (view, change) => { Object.defineProperty(view, "byteOffset", { get() { change(); return 0; } }); return new TextDecoder().decode(view); });
    everywhere("keys", (view, change) => { view.keys = change; return new TextDecoder().decode(view); });
    everywhere("length", (view, change) => { Object.defineProperty(view, "length", { get() { change(); return 60000; } }); return new TextDecoder().decode(view, { stream: true }); });
    everywhere("subarray", (view, change) => { view[59999] = 0xf0; view.subarray = () => { change(); return view; }; return new TextDecoder().decode(view, { stream: true }); });
    everywhere("slice", (view, change) => { view[59999] = 0xf0; view.slice = () => { change(); return view; }; const d = new TextDecoder(); d.decode(view, { stream: true }); return d.decode(new Uint8Array(4)); });`,
  "TextDecoder, with the globals replaced": `
    const U = Uint8Array;
    everywhere("constructor", (view, change) => { globalThis.Uint8Array = function () { change(); return view; }; try { return new TextDecoder().decode(view); } finally { globalThis.Uint8Array = U; } });
    everywhere("hasInstance", (view, change) => { Object.defineProperty(U, Symbol.hasInstance, { value() { change(); return true; }, configurable: true }); try { return new TextDecoder().decode(view); } finally { delete U[Symbol.hasInstance]; } });
    everywhere("isView", (view, change) => { const is = ArrayBuffer.isView; ArrayBuffer.isView = (v) => { change(); return true; }; try { return new TextDecoder().decode(view); } finally { ArrayBuffer.isView = is; } });`,
  "random values into changed views": `
    everywhere("random", (view, change) => { change(); crypto.getRandomValues(view); });
    everywhere("random, in hasInstance", (view, change) => { Object.defineProperty(Int8Array, Symbol.hasInstance, { value() { change(); return true; }, configurable: true }); try { crypto.getRandomValues(view); } finally { delete Int8Array[Symbol.hasInstance]; } });
    everywhere("random, from a fake", (view, change, b) => { const fake = { __proto__: Int8Array.prototype, byteLength: 8, byteOffset: 0, buffer: b }; change(); crypto.getRandomValues(fake); });
    everywhere("random, length", (view, change) => { for (const name of ["length", "byteLength", "byteOffset", "buffer"]) Object.defineProperty(view, name, { get() { change(); return 8; } }); crypto.getRandomValues(view); });
    everywhere("random, a prototype changed", (view, change) => { Object.setPrototypeOf(view, Uint8Array.prototype); change(); crypto.getRandomValues(view); });
    everywhere("random, shortened", (view, change, b) => { const part = new Uint8Array(b, 16, 40000); change(); crypto.getRandomValues(part); });`,
  "encodeInto a destination that changes": `
    everywhere("encodeInto", (view, change) => { let n = 0; const bytes = Object.setPrototypeOf(view, Uint8Array.prototype); new TextEncoder().encodeInto({ toString() { change(); return "é".repeat(2000); } }, bytes); });
    everywhere("encodeInto, set", (view, change) => { const set = Uint8Array.prototype.set; Uint8Array.prototype.set = function (...args) { change(); return Reflect.apply(set, this, args); }; try { new TextEncoder().encodeInto("é".repeat(200), view); } finally { Uint8Array.prototype.set = set; } });`,
  "structuredClone, Response and Request of changed views": `
    everywhere("clone", (view, change) => { change(); const copy = structuredClone(view); return new TextDecoder().decode(copy); });
    everywhere("clone in a getter", (view, change) => { const copy = structuredClone({ get a() { change(); return 1; }, view }); return new TextDecoder().decode(copy.view); });
    everywhere("clone and transfer", (view, change, b) => { const copy = structuredClone({ get a() { change(); return 1; }, view }, { transfer: [b] }); return new TextDecoder().decode(copy.view); });
    everywhere("clone with a length", (view, change) => { Object.defineProperty(view, "length", { get() { change(); return 70000; } }); return new TextDecoder().decode(structuredClone(view)); });
    everywhere("Response", (view, change) => { change(); new Response(view).bytes(); });
    everywhere("Request", (view, change) => { new Request("http://a/", { method: "POST", get body() { change(); return view; } }).bytes(); });
    everywhere("fetch", (view, change) => { fetch("http://a/", { method: "POST", get body() { change(); return view; } }).catch(() => {}); });`,
  "the engine's own functions for bytes": `
    const b64 = "QUJD".repeat(20000);
    everywhere("setFromBase64", (view, change) => { view.setFromBase64(b64, { get alphabet() { change(); return "base64"; } }); });
    everywhere("setFromHex", (view, change) => { change(); view.setFromHex("41".repeat(60000)); });
    everywhere("toBase64", (view, change) => atob(view.toBase64({ get alphabet() { change(); return "base64"; } })));
    everywhere("fill", (view, change) => { view.fill({ valueOf() { change(); return 1; } }); });
    everywhere("copyWithin", (view, change) => { view.copyWithin({ valueOf() { change(); return 0; } }, 100, 60000); });
    everywhere("subarray", (view, change) => new TextDecoder().decode(view.subarray({ valueOf() { change(); return 0; } }, 60000)));
    everywhere("slice", (view, change) => view.slice({ valueOf() { change(); return 0; } }, 60000));
    everywhere("set", (view, change) => { view.set({ length: 100, get 0() { change(); return 1; } }); });
    everywhere("set from itself", (view, change) => { view.set({ length: 5, get 4() { change(); return 1; } }, 50000); });
    everywhere("with", (view, change) => { view.with(59999, { valueOf() { change(); return 1; } }); });
    everywhere("sort", (view, change) => { let n = 0; view.subarray(0, 50).sort(() => { if (n++ === 3) change(); return 1; }); });
    everywhere("DataView", (view, change, b) => { const d = new DataView(b); d.setFloat64(59990, { valueOf() { change(); return 1; } }); });
    everywhere("DataView, offset", (view, change, b) => String(new DataView(b).getBigUint64({ valueOf() { change(); return 59990; } })));
    everywhere("join", (view, change) => { view.subarray(0, 50).join({ toString() { change(); return ","; } }); });
    everywhere("indexOf", (view, change) => { view.indexOf(7, { valueOf() { change(); return 0; } }); view.lastIndexOf(7, { valueOf() { change(); return 59999; } }); });
    everywhere("slice of the buffer", (view, change, b) => new Uint8Array(b.slice({ valueOf() { change(); return 0; } }, 60000)));
    everywhere("species", (view, change) => { view.constructor = { [Symbol.species]: function (n) { change(); return new Uint8Array(60000); } }; return view.slice(0, 60000); });`,
  "btoa, atob and URLs of objects that change": `
    everywhere("btoa", (view, change) => { btoa({ toString() { change(); return "x".repeat(60000); } }); });
    everywhere("atob", (view, change) => { atob({ toString() { change(); return "QUJD".repeat(1000); } }); });
    everywhere("URL", (view, change) => { new URLSearchParams({ a: { toString() { change(); return "é".repeat(1000); } } }).toString(); });`,
};

for (const [variant, script] of Object.entries(variants)) {
  attack("changing buffers", variant, { server: { config: { limits: { turn: "5s", cpuShare: 1 } } } }, async ({ client, note }) => {
    await client.join("hostile:1");
    await inRoom(client, "hostile:1", script, note);
  });
}

attack("changing buffers", "broadcast, push, reply and request with bytes", { server: { config: { socket: { queuedBytes: "64 MB" } } } }, async ({ server, client, connect, note }) => {
  const watcher = await connect();
  const bytes = [];
  watcher.onMessage = ([, , , , payload]) => Buffer.isBuffer(payload) && bytes.push(payload);
  await watcher.join("hostile:1");
  await client.join("hostile:1");
  await inRoom(
    client,
    "hostile:1",
    `everywhere("broadcast", (view, change) => { change(); room.broadcast("bytes", view); });
     everywhere("broadcast, event", (view, change) => { room.broadcast({ toString() { change(); return "bytes"; } }, view); });
     everywhere("broadcast, options", (view, change) => { room.broadcast("bytes", view, { get except() { change(); return undefined; } }); });
     everywhere("push", (view, change) => { client.push({ toString() { change(); return "bytes"; } }, view); });
     everywhere("broadcast, instanceof", (view, change) => { Object.defineProperty(Uint8Array, Symbol.hasInstance, { value() { change(); return true; }, configurable: true }); try { room.broadcast("bytes", view); } finally { delete Uint8Array[Symbol.hasInstance]; } });
     everywhere("presence", (view, change) => { room.presence.track(client, { toString() { change(); return "k"; } }, { view: "v" }); });`,
    note,
    3000,
  );
  assert.ok(bytes.length > 0, "some bytes were sent");
  for (const payload of bytes) assert.ok(!payload.includes("mark-of-another-object"), "a broadcast holds another object's text");
  // A reply, and the body of a response, are taken when the promise settles, later than the handler returned them.
  for (const change of ["b.resize(8)", "b.resize(0)", "b.resize(120000)", "b.transfer()"]) {
    const code = `${prelude()} const b = buffer(); const u = new Uint8Array(b); globalThis.kept = witness();
      return new Promise((done) => { done(u); queueMicrotask(() => { ${change}; globalThis.more = witness(); }); ${change.includes("120000") ? "" : change + ";"} });`;
    const reply = await client.request("hostile:1", "run", { code });
    if (Buffer.isBuffer(reply.response)) assert.ok(!reply.response.includes("mark-of-another"), change);
    const settles = await client.request("hostile:1", "run", {
      code: `${prelude()} globalThis.onRequest = () => { const b = buffer(); const u = new Uint8Array(b); const r = new Response(u); ${change}; globalThis.more = witness(); return r; };`,
    });
    assert.equal(settles.status, "ok");
    const response = await fetch(`http://127.0.0.1:${server.port}/hostile/1`);
    assert.equal(response.status, 200);
    const body = Buffer.from(await response.arrayBuffer());
    assert.equal(body.length, 60000, "the body is a copy of the bytes that the response was made of");
    assert.ok(body.every((byte) => byte === 0));
  }
});
