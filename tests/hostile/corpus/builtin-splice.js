// SPDX-License-Identifier: MIT
// Removes the first element of an array-like without end, so that all others move.
// expect: dropped "out of time"
// only: force
function run() { return [].splice.call({ length: 2 ** 53 - 1 }, 0, 1); }
