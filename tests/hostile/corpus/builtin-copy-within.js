// SPDX-License-Identifier: MIT
// Copies an array-like without end within itself.
// expect: dropped "out of time"
// only: force
function run() { return [].copyWithin.call({ length: 2 ** 53 - 1 }, 0, 1); }
