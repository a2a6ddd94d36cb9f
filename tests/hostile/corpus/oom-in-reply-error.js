// SPDX-License-Identifier: MIT
// An error whose message is as large as the heap allows.
// expect: failed "xxxx…"
function run() { throw new Error('x'.repeat(2 << 20)); }
