// SPDX-License-Identifier: MIT
// Splits two million letters into as many strings.
// expect: stopped "out of memory"
function run() { return 'ab'.repeat(1 << 20).split('').length; }
