// SPDX-License-Identifier: MIT
// A replacement whose function never returns.
// expect: dropped "out of time"
function run() { return 'a'.replace(/a/g, () => { for (;;); }); }
