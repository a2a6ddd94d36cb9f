// SPDX-License-Identifier: MIT
// A getter below the reply's JSON that never returns.
// expect: dropped "out of time"
function run() { return { get x() { for (;;); } }; }
