// SPDX-License-Identifier: MIT
// Elements whose text grows with each comparison.
// expect: stopped "out of memory"
function run() { const kept = []; return Array.from({ length: 100 }, () => ({ toString() { for (let i = 0; i < 10000; i++) kept.push([i]); return 'x'; } })).sort().length; }
