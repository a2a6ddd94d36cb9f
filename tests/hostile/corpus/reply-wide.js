// SPDX-License-Identifier: MIT
// A reply of a hundred thousand numbers: large, but what a turn may send.
// expect: lives
function run() { return Array.from({ length: 20000 }, (_, i) => i); }
