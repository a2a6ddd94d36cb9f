// SPDX-License-Identifier: MIT
// An error whose stack is a getter that never returns, thrown at the server.
// expect: dropped "out of time"
function run() { const error = new Error('x'); Object.defineProperty(error, 'stack', { get() { for (;;); } }); throw error; }
