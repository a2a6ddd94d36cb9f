// SPDX-License-Identifier: MIT
// A chain of waiting promises that is dropped at its end.
// expect: bounded: "freed"
function run() { let p = new Promise(() => {}); for (let i = 0; i < 5000; i++) p = p.then(() => 1); p = null; return 'freed'; }
