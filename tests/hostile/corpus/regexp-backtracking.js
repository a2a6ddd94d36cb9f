// SPDX-License-Identifier: MIT
// The classic: nested quantifiers over a text that fails at its end.
// expect: dropped "out of time"
function run() { return /^(a+)+$/.test('a'.repeat(60) + 'b'); }
