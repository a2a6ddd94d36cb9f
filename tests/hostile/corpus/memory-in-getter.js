// SPDX-License-Identifier: MIT
// Memory taken by a getter that JSON.stringify calls below the reply.
// expect: stopped "out of memory"
function run() { return { get x() { const all = []; for (;;) all.push([all.length]); } }; }
