// SPDX-License-Identifier: MIT
// A backward search, which the engine does better.
// expect: bounded: -1
function run() { return 'a'.repeat(1 << 20).lastIndexOf('b' + 'a'.repeat(1 << 19)); }
