// SPDX-License-Identifier: MIT
// Promises that are never settled, each with somebody who waits.
// expect: stopped "out of memory"
function run() { const all = []; for (;;) all.push(new Promise(() => {}).then(() => 1)); }
