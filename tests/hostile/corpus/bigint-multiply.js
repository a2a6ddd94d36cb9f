// SPDX-License-Identifier: MIT
// Multiplies numbers of a million bits without an end.
// expect: dropped "out of time"
// only: force
function run() { const a = (1n << 500000n) - 1n; for (;;) a * a; }
