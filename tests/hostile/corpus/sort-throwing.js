// SPDX-License-Identifier: MIT
// A comparator that throws in the middle; the array must stay whole.
// expect: bounded: 1000
function run() { let n = 0; const a = Array.from({ length: 1000 }, (_, i) => -i); try { a.sort(() => { if (++n > 500) throw new Error('enough'); return 1; }); } catch {} return new Set(a).size; }
