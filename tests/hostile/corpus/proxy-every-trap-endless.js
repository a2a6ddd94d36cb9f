// SPDX-License-Identifier: MIT
// A proxy whose traps never return, as the reply.
// expect: dropped "out of time"
function run() { return new Proxy({}, new Proxy({}, { get: () => () => { for (;;); } })); }
