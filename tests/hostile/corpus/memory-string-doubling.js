// SPDX-License-Identifier: MIT
// A string that is doubled until nothing fits any more.
// expect: stopped "out of memory"
// only: force
function run() { let s = 'x'.repeat(64); for (;;) { s += s; s.charCodeAt(5); s = s.split('').join('') + s; } }
