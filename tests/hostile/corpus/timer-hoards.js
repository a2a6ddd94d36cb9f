// SPDX-License-Identifier: MIT
// A timer that keeps a little more each time.
// expect: dropped "out of memory"
const kept = [];
function run() { setInterval(() => { for (let i = 0; i < 20000; i++) kept.push([i]); }, 1); return 'begun'; }
