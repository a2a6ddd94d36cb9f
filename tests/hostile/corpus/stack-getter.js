// SPDX-License-Identifier: MIT
// A getter that reads itself.
// expect: bounded: "RangeError"
function run() { const o = { get x() { return this.x; } }; try { return o.x; } catch (error) { return error.name; } }
