// SPDX-License-Identifier: MIT
// A client's message with a number of ten thousand digits.
// input: digits 10000
// expect: bounded: null
function run(payload) { return payload; }
