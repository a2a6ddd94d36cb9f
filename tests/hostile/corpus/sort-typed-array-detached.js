// SPDX-License-Identifier: MIT
// A comparator that transfers the buffer away under the sort of a typed array.
// expect: bounded: "sorted"
function run() { const a = new Int32Array(1000).map((_, i) => -i); a.sort((x, y) => { if (a.length) a.buffer.transfer(8); return x - y; }); return 'sorted'; }
