// SPDX-License-Identifier: MIT
// Quantifiers that the compiler writes out: ten thousand captures.
// expect: bounded: "answered"
function run() { try { new RegExp('(a)'.repeat(300)).test('a'.repeat(300)); new RegExp('(?:a|b){1,1000}'.repeat(50)).test('ab'.repeat(100)); } catch {} return 'answered'; }
