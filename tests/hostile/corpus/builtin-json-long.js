// SPDX-License-Identifier: MIT
// Writes and reads the same long text without an end.
// expect: dropped "out of time"
// only: force
function run() { let text = JSON.stringify('\u0001"\\'.repeat(10000)); for (;;) text = JSON.stringify(JSON.parse(text)); }
