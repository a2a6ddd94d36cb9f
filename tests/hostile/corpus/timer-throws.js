// SPDX-License-Identifier: MIT
// A timer that throws each time.
// expect: lives
function run() { setInterval(() => { throw new Error('from a timer'); }, 1); return 'begun'; }
