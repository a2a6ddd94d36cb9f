// SPDX-License-Identifier: MIT
// A proxy of a proxy, eight thousand times.
// expect: bounded: "RangeError"
function run() { let p = {}; for (let i = 0; i < 8000; i++) p = new Proxy(p, {}); try { return p.x; } catch (error) { return error.name; } }
