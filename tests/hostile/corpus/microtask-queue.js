// SPDX-License-Identifier: MIT
// queueMicrotask from within itself.
// expect: dropped "out of time" or "too many microtasks"
function run() { const next = () => queueMicrotask(next); next(); return 'begun'; }
