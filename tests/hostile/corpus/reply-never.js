// SPDX-License-Identifier: MIT
// A promise that is never settled: its caller gets a timeout.
// expect: failed "timeout"
function run() { return new Promise(() => {}); }
