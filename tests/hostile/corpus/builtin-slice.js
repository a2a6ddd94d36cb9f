// SPDX-License-Identifier: MIT
// Slices four thousand million holes out of an array-like.
// expect: dropped "out of time"
// only: force
function run() { return [].slice.call({ length: 2 ** 32 - 1 }).length; }
