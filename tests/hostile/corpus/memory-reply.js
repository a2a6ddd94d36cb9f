// SPDX-License-Identifier: MIT
// A reply that is larger than a turn may send.
// expect: stopped "out of memory"
function run() { const line = 'x'.repeat(100000); return Array.from({ length: 1000 }, () => line); }
