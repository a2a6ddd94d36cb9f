// SPDX-License-Identifier: MIT
// A buffer that may grow to everything, and does.
// expect: stopped "out of memory"
function run() { const b = new ArrayBuffer(8, { maxByteLength: 2 ** 30 }); for (let n = 8;; n *= 2) b.resize(n); }
