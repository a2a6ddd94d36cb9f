// SPDX-License-Identifier: MIT
// A timer that never returns.
// expect: dropped "out of time"
function run() { setTimeout(() => { for (;;); }, 1); return 'begun'; }
