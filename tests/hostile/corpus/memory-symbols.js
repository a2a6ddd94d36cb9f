// SPDX-License-Identifier: MIT
// Registered symbols are never forgotten by name.
// expect: stopped "out of memory"
function run() { const all = []; for (let i = 0;; i++) all.push(Symbol.for('symbol number ' + i)); }
