// SPDX-License-Identifier: MIT
// Calls a handler that is not there, without an end.
// expect: dropped "out of time"
function run() { for (;;) try { Beam.callSync('absent'); } catch {} }
