// SPDX-License-Identifier: MIT
// Pushes one element in front of an array-like of 2 ** 50.
// expect: dropped "out of time"
// only: force
function run() { return [].unshift.call({ length: 2 ** 50 }, 1); }
