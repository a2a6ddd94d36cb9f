// SPDX-License-Identifier: MIT
// The same from behind.
// expect: dropped "out of time"
// only: force
function run() { return 'a'.repeat(1 << 20).lastIndexOf('b' + 'a'.repeat(1 << 19)); }
