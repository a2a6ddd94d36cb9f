// SPDX-License-Identifier: MIT
// Buffers of a megabyte, all kept.
// expect: stopped "out of memory"
function run() { const all = []; for (;;) all.push(new ArrayBuffer(1 << 20)); }
