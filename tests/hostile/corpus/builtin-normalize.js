// SPDX-License-Identifier: MIT
// Normalises half a million combining marks in the order that costs most.
// expect: dropped "out of time"
// only: force
function run() { for (;;) ('\u0315\u0300\u05ae\u0062'.repeat(1 << 15)).normalize('NFKD'); }
