// SPDX-License-Identifier: MIT
// A rope of 256 MB that costs nothing until it is flattened.
// expect: dropped "out of memory"
function run() { let s = 'ab'; for (let i = 0; i < 27; i++) s += s; return s.indexOf('b'); }
