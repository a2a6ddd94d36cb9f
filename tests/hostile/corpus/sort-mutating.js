// SPDX-License-Identifier: MIT
// A comparator that shortens, lengthens and refills the array under the sort.
// expect: bounded: "sorted"
function run() { const a = Array.from({ length: 500 }, (_, i) => ({ i: (i * 7) % 500 })); a.sort((x, y) => { a.length = 0; for (let i = 0; i < 10; i++) a.push({ i }); return x.i - y.i; }); return 'sorted'; }
