// SPDX-License-Identifier: MIT
// Symbol.species that gives back arrays of another kind, too small or proxied.
// expect: bounded: "alive"
function run() {
  class Odd extends Array { static get [Symbol.species]() { return function () { return new Proxy({}, { defineProperty: () => false }); }; } }
  for (const how of ['map', 'filter', 'slice', 'splice', 'concat', 'flat', 'flatMap']) try { Odd.from([1, 2, 3])[how]((x) => x); } catch {}
  class Small extends Uint8Array { static get [Symbol.species]() { return class extends Uint8Array { constructor() { super(1); } }; } }
  for (const how of ['map', 'filter', 'slice', 'subarray']) try { new Small(1000)[how]((x) => 1); } catch {}
  return 'alive';
}
