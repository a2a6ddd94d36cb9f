// SPDX-License-Identifier: MIT
// A case-insensitive search with sets that have to be folded.
// expect: dropped "out of time"
// only: force
function run() { for (;;) new RegExp('[\\u0000-\\u{10ffff}]+x', 'iu').test('ſK'.repeat(100)); }
