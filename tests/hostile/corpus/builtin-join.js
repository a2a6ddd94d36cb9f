// SPDX-License-Identifier: MIT
// Joins an array-like without end: native code that never polls.
// expect: dropped "out of time"
// only: force
function run() { return [].join.call({ length: 2 ** 53 - 1 }, ''); }
