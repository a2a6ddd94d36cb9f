// SPDX-License-Identifier: MIT
// queueMicrotask from within itself.
// expect: dropped "out of time"
function run() { const next = () => queueMicrotask(next); next(); return 'begun'; }
