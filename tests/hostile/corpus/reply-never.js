// SPDX-License-Identifier: MIT
// A promise that is never settled: its caller is told when the time is over.
// expect: failed "timeout"
function run() { return new Promise(() => {}); }
