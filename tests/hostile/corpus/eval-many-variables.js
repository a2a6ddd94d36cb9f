// SPDX-License-Identifier: MIT
// A function of seventy thousand variables: more than an index of sixteen bits.
// expect: lives
function run() { try { new Function(Array.from({ length: 70000 / 7 }, (_, i) => 'var v' + i).join(';')); } catch (error) { return error.name; } return 'alive'; }
