// SPDX-License-Identifier: MIT
// A search that compares half a megabyte at each of half a million places.
// expect: dropped "out of time"
// only: force
function run() { return 'a'.repeat(1 << 20).indexOf('a'.repeat(1 << 19) + 'b'); }
