// SPDX-License-Identifier: MIT
// Doubles an exponent until the engine says that the number is too large.
// expect: bounded: "RangeError"
function run() {
  try { for (let e = 1n;; e *= 2n) 3n ** e; } catch (error) { return error.name; }
}
