// SPDX-License-Identifier: MIT
// Makes an array from an array-like of four thousand million.
// expect: stopped "out of memory"
function run() { return Array.from({ length: 2 ** 32 - 1 }, () => ({})).length; }
