// SPDX-License-Identifier: MIT
// Garbage in cycles, so that only a collection helps: it must be found in time, again and again.
// expect: dropped "out of time"
// only: force
function run() { for (;;) { const a = { pad: [1, 2, 3] }; a.self = a; } }
