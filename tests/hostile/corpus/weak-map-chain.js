// SPDX-License-Identifier: MIT
// A WeakMap in which each key is the value of the one before.
// expect: bounded: "freed"
function run() { const map = new WeakMap(); let first = {}; let key = first; for (let i = 0; i < 5000; i++) { const next = {}; map.set(key, next); key = next; } first = key = null; return 'freed'; }
