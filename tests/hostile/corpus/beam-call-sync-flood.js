// SPDX-License-Identifier: MIT
// Calls a handler without an end.
// expect: dropped "too much output in one turn" or "out of time"
function run() { for (;;) Beam.callSync('now', 'x'.repeat(100)); }
