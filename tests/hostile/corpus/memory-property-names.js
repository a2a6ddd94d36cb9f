// SPDX-License-Identifier: MIT
// Property names that the engine keeps in its table of atoms.
// expect: stopped "out of memory"
function run() { const all = {}; for (let i = 0;; i++) all['property number ' + i] = i; }
