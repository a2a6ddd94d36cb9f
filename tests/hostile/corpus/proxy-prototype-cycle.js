// SPDX-License-Identifier: MIT
// A chain of prototypes that comes back to its beginning through a proxy.
// expect: bounded: "RangeError"
function run() { const a = {}; const p = new Proxy(a, {}); const b = Object.create(p); Object.setPrototypeOf(a, b); try { return b.nothing; } catch (error) { return error.name; } }
