// SPDX-License-Identifier: MIT
// Catches whatever an endless loop is ended by, and goes on.
// expect: dropped "out of time"
function run() { for (;;) try { for (;;); } catch {} finally { for (;;); } }
