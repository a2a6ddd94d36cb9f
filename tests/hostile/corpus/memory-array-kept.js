// SPDX-License-Identifier: MIT
// The same in a global: what is kept is still there when the turn has failed.
// expect: dropped "out of memory"
const all = [];
function run() { for (;;) all.push({ n: all.length }); }
