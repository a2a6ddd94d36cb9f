// SPDX-License-Identifier: MIT
// Sorts an array-like without end.
// expect: dropped "out of time"
// only: force
function run() { return [].sort.call({ length: 2 ** 53 - 1 }); }
