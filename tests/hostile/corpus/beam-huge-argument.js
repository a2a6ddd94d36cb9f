// SPDX-License-Identifier: MIT
// A handler's argument of megabytes.
// expect: stopped "too much output in one turn" or "out of memory"
function run() { const big = 'x'.repeat(1 << 20); for (;;) Beam.callSync('now', big); }
