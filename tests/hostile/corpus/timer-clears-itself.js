// SPDX-License-Identifier: MIT
// Starts and stops a timer without an end.
// expect: dropped "out of time"
function run() { for (;;) clearTimeout(setTimeout(() => 0, 1000)); }
