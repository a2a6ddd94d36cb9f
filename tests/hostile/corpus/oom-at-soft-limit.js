// SPDX-License-Identifier: MIT
// Stays just below the limit and works on.
// expect: dropped "out of time"
const kept = new Uint8Array(1 << 20);
function run() { for (;;) { let s = []; for (let i = 0; i < 1000; i++) s.push('x' + i); } }
