// SPDX-License-Identifier: MIT
// The decimal digits of a number of a million bits.
// expect: dropped "out of time"
// only: force
function run() { for (;;) (2n ** 1000000n).toString(); }
