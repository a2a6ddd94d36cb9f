// SPDX-License-Identifier: MIT
// Compiles without an end.
// expect: dropped "out of time"
// only: force
function run() { for (let i = 0;; i++) new Function('return ' + i)(); }
