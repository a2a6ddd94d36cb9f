// SPDX-License-Identifier: MIT
// Reverses an array-like without end.
// expect: dropped "out of time"
// only: force
function run() { return [].reverse.call({ length: 2 ** 53 - 1 }); }
