// SPDX-License-Identifier: MIT
// Greedy repetition over a text of a megabyte with a capture: a stack of states.
// expect: stopped "out of memory"
function run() { return /^(?:(.)|(b))*c$/.test('a'.repeat(1 << 20)); }
