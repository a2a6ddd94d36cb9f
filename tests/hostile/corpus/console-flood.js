// SPDX-License-Identifier: MIT
// Lines without an end.
// expect: dropped "out of time"
function run() { for (let i = 0;; i++) console.log('line', i); }
