// SPDX-License-Identifier: MIT
// Alternatives that all fit.
// expect: dropped "out of time"
function run() { return /^(a|a|aa)*$/.test('a'.repeat(80) + 'b'); }
