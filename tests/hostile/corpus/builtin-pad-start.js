// SPDX-License-Identifier: MIT
// Pads a text to two thousand million characters.
// expect: dropped "out of memory"
function run() { return 'x'.padStart(2 ** 29, 'abc').length; }
