// SPDX-License-Identifier: MIT
// An inconsistent comparator.
// expect: bounded: 2000
function run() { let n = 0; return Array.from({ length: 2000 }, (_, i) => i).sort(() => (n = (n * 1103515245 + 12345) & 0x7fffffff) % 3 - 1).length; }
