// SPDX-License-Identifier: MIT
// Each microtask makes the next.
// expect: dropped "out of time"
function run() { const next = () => { Promise.resolve().then(next); }; next(); return new Promise(() => {}); }
