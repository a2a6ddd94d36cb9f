// SPDX-License-Identifier: MIT
// prepareStackTrace that never returns.
// expect: dropped "out of time"
function run() { Error.prepareStackTrace = () => { for (;;); }; return new Error('x').stack; }
