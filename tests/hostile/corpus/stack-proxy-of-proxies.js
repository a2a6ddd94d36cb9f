// SPDX-License-Identifier: MIT
// A proxy of a proxy, a hundred thousand times.
// expect: bounded: "RangeError"
function run() { let p = {}; for (let i = 0; i < 1e5 / 4; i++) p = new Proxy(p, {}); try { return p.x; } catch (error) { return error.name; } }
