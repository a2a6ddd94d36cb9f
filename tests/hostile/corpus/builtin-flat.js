// SPDX-License-Identifier: MIT
// Flattens an array-like without end.
// expect: dropped "out of time"
// only: force
function run() { return [].flat.call({ length: 2 ** 53 - 1 }); }
