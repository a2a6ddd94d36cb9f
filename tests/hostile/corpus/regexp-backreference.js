// SPDX-License-Identifier: MIT
// A backreference that is tried at every length.
// expect: dropped "out of time"
function run() { return /(x+x+)+y\1/.test('x'.repeat(60)); }
