// SPDX-License-Identifier: MIT
// Fills an array-like without end.
// expect: dropped "out of time"
function run() { let n = 0; [].fill.call(new Proxy({ length: 2 ** 53 - 1 }, { set() { n++; return true; } }), 0); return n; }
