// SPDX-License-Identifier: MIT
// An array of four thousand million numbers, from its end.
// expect: stopped "out of memory"
function run() { const a = new Array(2 ** 32 - 1).fill(0); return a.length; }
