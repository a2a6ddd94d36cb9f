// SPDX-License-Identifier: MIT
// A thousand intervals of no time at all.
// expect: lives
function run() { let n = 0; for (let i = 0; i < 1000; i++) setInterval(() => n++, 0); return 'begun'; }
