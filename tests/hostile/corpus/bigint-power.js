// SPDX-License-Identifier: MIT
// Doubles an exponent: powers of hundreds of thousands of digits, each multiplied out.
// expect: dropped "out of time"
// only: force
function run() {
  try { for (let e = 1n;; e *= 2n) 3n ** e; } catch (error) { return error.name; }
}
