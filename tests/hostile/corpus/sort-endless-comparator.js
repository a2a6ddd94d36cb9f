// SPDX-License-Identifier: MIT
// A comparator that never returns.
// expect: dropped "out of time"
function run() { return [2, 1].sort(() => { for (;;); }); }
