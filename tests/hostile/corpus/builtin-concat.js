// SPDX-License-Identifier: MIT
// Spreads an array-like without end into a concatenation.
// expect: dropped "out of time"
// only: force
function run() { return [].concat.call({ length: 2 ** 53 - 1, [Symbol.isConcatSpreadable]: true }); }
