// SPDX-License-Identifier: MIT
// Each microtask makes two.
// expect: stopped "out of memory" or "out of time"
function run() { const two = () => { queueMicrotask(two); queueMicrotask(two); }; two(); return 1; }
