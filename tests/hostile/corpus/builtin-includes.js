// SPDX-License-Identifier: MIT
// The same as a question: whether a text includes another.
// expect: dropped "out of time"
// only: force
function run() { return 'a'.repeat(1 << 20).includes('a'.repeat(1 << 19) + 'b'); }
