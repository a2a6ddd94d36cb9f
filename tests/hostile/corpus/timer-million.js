// SPDX-License-Identifier: MIT
// A million timers.
// expect: bounded: "1000 timers, then: too many timers"
function run() { let n = 0; try { for (; n < 1e6; n++) setTimeout(() => 0, 1e6); } catch (error) { return `${n} timers, then: ${error.message}`; } }
