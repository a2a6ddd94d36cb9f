// SPDX-License-Identifier: MIT
// Loops with labels that continue each other.
// expect: dropped "out of time"
function run() { return (0, eval)('a: for (;;) { b: for (;;) { c: do { continue b; } while (0); } }'); }
