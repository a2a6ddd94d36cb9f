// SPDX-License-Identifier: MIT
// A generator that runs itself.
// expect: bounded: "TypeError"
function run() { const g = (function* () { g.next(); })(); try { g.next(); } catch (error) { return error.name; } }
