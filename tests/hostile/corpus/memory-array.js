// SPDX-License-Identifier: MIT
// An array that only grows.
// expect: stopped "out of memory"
function run() { const all = []; for (;;) all.push({ n: all.length }); }
