// SPDX-License-Identifier: MIT
// A comparator that sorts with itself.
// expect: bounded: "RangeError"
function run() { const order = (a, b) => { [2, 1].sort(order); return a - b; }; try { return [3, 2, 1].sort(order); } catch (error) { return error.name; } }
