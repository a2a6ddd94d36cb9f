// SPDX-License-Identifier: MIT
// A template whose raw strings never end: each is the word "undefined".
// expect: stopped "out of memory"
function run() { return String.raw({ raw: { length: 2 ** 53 - 1 } }); }
