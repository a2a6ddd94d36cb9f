// SPDX-License-Identifier: MIT
// Backtracking inside a lookahead inside a repetition.
// expect: dropped "out of time"
function run() { return /^(?=(a*)*b)(?:(?=(a+)+$)a)*c/.test('a'.repeat(60) + 'd'); }
