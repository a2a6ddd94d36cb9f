// SPDX-License-Identifier: MIT
// Divides a million bits by half as many, without an end.
// expect: dropped "out of time"
// only: force
function run() { const a = (1n << 1000000n) - 1n, b = (1n << 500000n) - 3n; for (;;) a / b; }
