// SPDX-License-Identifier: MIT
// A proxy whose handler is itself a proxy of itself.
// expect: bounded: "RangeError"
function run() { const handler = {}; const p = new Proxy({}, handler); Object.setPrototypeOf(handler, p); try { return p.x; } catch (error) { return error.name; } }
