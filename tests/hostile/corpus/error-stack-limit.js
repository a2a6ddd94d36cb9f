// SPDX-License-Identifier: MIT
// A stack trace limit of a million, recursion, and errors inside prepareStackTrace.
// expect: lives
function run() { Error.stackTraceLimit = 1e6; Error.prepareStackTrace = (e, s) => { throw new Error('in ' + s.length); }; const down = (n) => (n ? down(n - 1) : new Error('deep').stack); try { down(200); } catch {} Error.prepareStackTrace = undefined; Error.stackTraceLimit = 10; return 'alive'; }
