// SPDX-License-Identifier: MIT
// One buffer of two gigabytes.
// expect: dropped "out of memory"
function run() { return new ArrayBuffer(2 ** 31 - 1).byteLength; }
