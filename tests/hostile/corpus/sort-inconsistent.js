// SPDX-License-Identifier: MIT
// A comparator that says something else each time.
// expect: bounded: 2000
function run() { let n = 0; return Array.from({ length: 2000 }, (_, i) => i).sort(() => (n = (n * 1103515245 + 12345) & 0x7fffffff) % 3 - 1).length; }
