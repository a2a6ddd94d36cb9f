// SPDX-License-Identifier: MIT
//
// The room of fuzz_room_script: an interpreter whose program is the fuzzer's input. Its operations are calls of every
// function that a script can reach (found by walking the global object, so that new API is covered without a change
// here), property accesses, changes of buffers, timers, source texts for `eval`, and overwritten globals. Its values are
// those that break assumptions: resizable, detached and shared buffers under every kind of view, proxies, getters,
// conversions, iterators, thenables and species that run further operations while the server or the engine is in the
// middle of something.

export const topic = "room:*";
export const path = "/room/:id";
export const intercept = ["out"];

const { ownKeys, getOwnPropertyDescriptor, getPrototypeOf, setPrototypeOf, defineProperty, construct, apply, deleteProperty } = Reflect;
const typed = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array,
  Float64Array, BigInt64Array, BigUint64Array, globalThis.Float16Array].filter((each) => each);
const own = { room, Beam, console, Object, String, Array, Map, Promise, Proxy, Symbol, Uint8Array, ArrayBuffer, DataView, Function, setTimeout, BroadcastChannel, eval: globalThis.eval };
const say = globalThis.console.log;

// --- what can be called

const functions = [];
const names = [];
const seen = new Set();
function walk(value, name, depth) {
  if (value === null || (typeof value !== "object" && typeof value !== "function") || seen.has(value) || depth > 6) return;
  seen.add(value);
  if (typeof value === "function") functions.push(value), names.push(name);
  for (const key of ownKeys(value)) {
    const property = getOwnPropertyDescriptor(value, key);
    const called = `${name}.${String(key)}`;
    // Web APIs are loaded by a getter of the global object.
    if (property.get && value === globalThis) walk(value[key], called, depth + 1);
    else if (property.get) walk(property.get, `get ${called}`, depth + 1);
    if (property.set) walk(property.set, `set ${called}`, depth + 1);
    if ("value" in property) walk(property.value, called, depth + 1);
  }
  walk(getPrototypeOf(value), `${name}.__proto__`, depth + 1);
}
walk(globalThis, "globalThis", 0);
walk(room, "room", 0);
for (const each of [function* () {}, async function* () {}, async () => {}, [].values(), new Map().values(), /a/g[Symbol.matchAll]("a")]) walk(getPrototypeOf(each), "hidden", 0);
const globals = ownKeys(globalThis);

// --- the input

let input = new own.Uint8Array(0);
let at = 0;
let depth = 0;
let trace = false;
const byte = () => (at < input.length ? input[at++] : 0);
const more = () => at < input.length;

// --- values

let pool = [];
let client = null;
const keep = (value) => {
  if (pool.length < 200) pool.push(value);
  else pool[(pool.length + at) % 200] = value;
  return value;
};
/** Runs further operations from within whatever calls it. */
function again() {
  if (depth > 6 || !more()) return value();
  depth++;
  try {
    step();
  } finally {
    depth--;
  }
  return value();
}

const numbers = [0, -0, 1, -1, 2, 7, 255, 256, 65535, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53, -(2 ** 53), 0.5, 1e308, 5e-324, NaN, Infinity, -Infinity];
const texts = ["", "a", "\ud800", "\udc00x", "\0", "__proto__", "constructor", "length", "ünïcödé", "\u{1F600}", "1", "-1", "1e999", "null", "{\"a\":[1,2]}",
  "[[[[]]]]", "http://user:pw@host.example:80/a/../b?c=d#e", "//x", "data:,x", "YWJj", "%zz%41", "2024-02-30T25:61", "(?<a>x)\\k<a>", "utf-16le", "x".repeat(1000), "é".repeat(5000), "\ud800".repeat(300)];
const sources = ["1", "this", "new.target", "arguments", "room", "({get a(){return room.topic}})", "(function f(n){return n?f(n-1):0})(9999)", "[...'x'.repeat(999)]",
  "class A extends Array { static get [Symbol.species]() { return Map } } new A(3).map(x=>x)", "`${{toString(){throw 1}}}`", "with(globalThis){room}", "for(const x of [1,2,3]) label: break", "async()=>{await 0;throw 1}",
  "(async()=>{for(;;)await 0})()", "new Proxy(room,{})", "import('x')", "var room = 1", "let Beam = 2", "Object.freeze(Object.prototype)", "delete globalThis.JSON", "throw undefined", "debugger"];

const trap = () => again();
const handler = new own.Proxy({}, { get: () => trap });
function buffer() {
  const bytes = numbers[byte() % 8];
  switch (byte() % 6) {
    case 0: return new own.ArrayBuffer(bytes & 255);
    case 1: return new own.ArrayBuffer(16, { maxByteLength: 4096 });
    case 2: {
      const gone = new own.ArrayBuffer(64);
      try { gone.transfer?.(); } catch {}
      return gone;
    }
    case 3: return globalThis.SharedArrayBuffer ? new globalThis.SharedArrayBuffer(16, { maxByteLength: 64 }) : new own.ArrayBuffer(8);
    case 4: return new own.ArrayBuffer(16).transferToImmutable?.() ?? new own.ArrayBuffer(1);
    default: return new own.ArrayBuffer(65536);
  }
}
function view() {
  const on = byte() % 3 === 0 ? pool[byte() % (pool.length || 1)] : buffer();
  const Kind = byte() % 13 === 12 ? own.DataView : typed[byte() % typed.length];
  switch (byte() % 4) {
    case 0: return keep(construct(Kind, [on]));
    case 1: return keep(construct(Kind, [on, 8]));
    case 2: return keep(construct(Kind, [on, 0, 1]));
    default: return keep(construct(Kind, [keep(buffer())]));
  }
}
function strange() {
  switch (byte() % 22) {
    case 0: return {};
    case 1: return [];
    case 2: { const self = { n: 1 }; self.self = self; return self; }
    case 3: return new own.Proxy({}, handler);
    case 4: return new own.Proxy(function () {}, handler);
    case 5: return new own.Proxy(value() ?? {}, {});
    case 6: return { get a() { return again(); }, get length() { return again(); }, get then() { return again(); }, get constructor() { return again(); } };
    case 7: return { toJSON: again };
    case 8: return { toString: again, valueOf: again };
    case 9: return { [own.Symbol.toPrimitive]: again };
    case 10: return { [own.Symbol.iterator]: function* () { for (let i = 0; i < 50; i++) yield again(); } };
    case 11: return { [own.Symbol.iterator]: () => ({ next: again, return: again }) };
    case 12: return { then: (resolve, reject) => { again(); resolve(again()); reject(again()); } };
    case 13: { class Species extends own.Array { static get [own.Symbol.species]() { return again(); } } return Species.from([1, 2, 3]); }
    case 14: { class Bytes extends own.Uint8Array { static get [own.Symbol.species]() { again(); return typed[byte() % typed.length]; } } return new Bytes(8); }
    case 15: return own.Promise.resolve(again());
    case 16: return own.Promise.reject(value());
    case 17: return own.Object.assign([1, , 3], { 100: 1, length: numbers[byte() % 12] >>> 12 });
    case 18: return { length: numbers[byte() % numbers.length], 0: value() };
    case 19: return function () { return again(); };
    case 20: return async () => { await null; return again(); };
    default: return own.Object.create(null, { x: { get: again, enumerable: true } });
  }
}
function value() {
  const which = byte();
  switch (which % 11) {
    case 0: return numbers[byte() % numbers.length];
    case 1: return texts[byte() % texts.length];
    case 2: return [undefined, null, true, false, 0n, -1n, 2n ** 64n, 10n ** 40n, own.Symbol("s"), own.Symbol.iterator, own.Symbol.species][byte() % 11];
    case 3: return depth < 6 ? keep(strange()) : {};
    case 4: return view();
    case 5: return keep(buffer());
    case 6: return functions[(byte() * 256 + byte()) % functions.length];
    case 7: return client ?? own.room;
    default: return pool.length ? pool[byte() % pool.length] : which;
  }
}
function values() {
  const all = [];
  for (let left = byte() % 5; left > 0; left--) all.push(value());
  return all;
}

// --- operations

function step() {
  const kind = byte();
  if (trace) say("operation", kind % 24, "at", at, "depth", depth);
  switch (kind % 24) {
    default: {  // call
      const i = (byte() * 256 + byte()) % functions.length;
      if (trace) say("call", names[i]);
      return keep(apply(functions[i], value(), values()));
    }
    case 8: case 9: {
      const i = (byte() * 256 + byte()) % functions.length;
      if (trace) say("new", names[i]);
      return keep(construct(functions[i], values()));
    }
    case 10: return keep(value()?.[value()]);
    case 11: { const target = value(); if (target != null) target[value()] = value(); return; }
    case 12: { const target = value(); return deleteProperty(own.Object(target), texts[byte() % texts.length]); }
    case 13: return defineProperty(own.Object(value()), value(), { get: again, set: again, configurable: true });
    case 14: { const b = value(); return byte() & 1 ? b?.resize?.(numbers[byte() % 9]) : keep(b?.transfer?.(numbers[byte() % 9])); }
    case 15: return void own.Promise.resolve(value()).then(again, again);
    case 16: return void own.setTimeout(again, byte() % 4);
    case 17: return keep((0, own.eval)(sources[byte() % sources.length]));
    case 18: globalThis[globals[byte() % globals.length]] = value(); return;
    case 19: return setPrototypeOf(own.Object(value()), own.Object(value()));
    case 20:
      switch (byte() % 10) {
        case 0: return own.room.broadcast(value(), value(), value());
        case 1: return own.room.broadcast("e", view());
        case 2: return own.room.broadcast("out", { n: 1 });
        case 3: return client?.push("e", value());
        case 4: return own.room.presence.track(client, value(), value());
        case 5: return own.room.presence.track(client, "k", { n: byte() });
        case 6: return own.room.history.push(value());
        case 7: return keep(own.room.history.last(value()));
        case 8: return own.room.send(value(), value());
        default: return keep(client?.replyLater());
      }
    case 21:
      switch (byte() % 6) {
        case 0: return void own.Beam.call("broadcast", value()).then(again, again);
        case 1: return own.Beam.callSync("broadcast", { n: byte() });
        case 2: return own.Beam.callSync(value(), value());
        case 3: return void own.Beam.call("later", value()).catch(again);
        case 4: return own.Beam.callSync("later", value());
        default: { const channel = new own.BroadcastChannel("fuzz"); channel.onmessage = again; return channel.postMessage(value()); }
      }
    case 22: own.console.log(value(), value()); return;
    case 23:
      switch (byte() % 4) {
        case 0: return keep(new globalThis.TextDecoder(texts[byte() % texts.length]).decode(view()));
        case 1: return keep(globalThis.crypto.getRandomValues(view()));
        case 2: return keep(globalThis.structuredClone(value(), { transfer: [value()] }));
        default: return keep(new globalThis.Response(value(), { headers: value() }));
      }
  }
}

function run() {
  for (let left = 64; left > 0 && more(); left--) {
    try {
      step();
    } catch (error) {
      keep(error);
    }
  }
  return byte() % 4 ? {} : value();
}

// --- the room

export function join(_, who) {
  client = who;
  return byte() % 8 === 1 ? run() : {};
}
export function handleIn(event, payload, who) {
  client = who;
  if (event === "trace") trace = true;
  if (event === "trace") return {};
  input = payload;
  at = 0;
  depth = 0;
  if (event === "async") return own.Promise.resolve().then(run);
  return run();
}
export const handleInfo = run;
export const handleCall = run;
export const handleOut = (event, payload, who) => { again(); who.push(event, payload); };
export const terminate = run;
export const handleRequest = () => { const response = run(); return byte() & 1 ? response : new Response("x"); };
export const serialize = () => run();
export const restore = (state) => { keep(state); run(); };
