// SPDX-License-Identifier: MIT
// Calls a handler that does not exist, in an endless loop.
// expect: dropped "out of time"
function run() { for (;;) try { Beam.callSync('absent'); } catch {} }
