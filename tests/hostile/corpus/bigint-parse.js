// SPDX-License-Identifier: MIT
// Reads a number of three hundred thousand digits.
// expect: dropped "out of time"
// only: force
function run() { const digits = '7'.repeat(300000); for (;;) BigInt(digits); }
