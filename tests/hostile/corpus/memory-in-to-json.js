// SPDX-License-Identifier: MIT
// The same in toJSON.
// expect: stopped "out of memory"
function run() { return { toJSON() { const all = []; for (;;) all.push([all.length]); } }; }
