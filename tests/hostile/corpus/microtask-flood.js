// SPDX-License-Identifier: MIT
// Queues microtasks without running one.
// expect: stopped "out of memory"
function run() { for (;;) queueMicrotask(() => 1); }
