// SPDX-License-Identifier: MIT
// Promises that are never settled, each with a reaction.
// expect: stopped "out of memory"
function run() { const all = []; for (;;) all.push(new Promise(() => {}).then(() => 1)); }
