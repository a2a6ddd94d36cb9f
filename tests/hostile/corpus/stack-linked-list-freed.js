// SPDX-License-Identifier: MIT
// A list of links that is dropped at its head, so that freeing would recurse if it could.
// expect: bounded: "freed"
function run() { let head = null; for (let i = 0; i < 20000; i++) head = { next: head }; head = null; return 'freed'; }
