// SPDX-License-Identifier: MIT
// Elements whose text grows whenever somebody compares them.
// expect: stopped "out of memory"
function run() { const kept = []; return Array.from({ length: 100 }, () => ({ toString() { for (let i = 0; i < 10000; i++) kept.push([i]); return 'x'; } })).sort().length; }
