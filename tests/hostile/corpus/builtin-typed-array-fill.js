// SPDX-License-Identifier: MIT
// Fills a megabyte without an end.
// expect: dropped "out of time"
// only: force
function run() { const bytes = new Uint8Array(1 << 20); for (let i = 0;; i++) bytes.fill(i & 255).copyWithin(1, 0); }
