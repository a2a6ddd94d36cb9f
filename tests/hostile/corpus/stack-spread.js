// SPDX-License-Identifier: MIT
// A call with a million arguments.
// expect: bounded: "RangeError"
function run() { const args = new Array(1e5).fill(0); try { return Math.max(...args) + Math.max.apply(null, { length: 1e6 }); } catch (error) { return error.name; } }
