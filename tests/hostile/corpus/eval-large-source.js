// SPDX-License-Identifier: MIT
// A source of two hundred thousand statements.
// expect: lives
function run() { try { (0, eval)('var x;' + 'x=1;'.repeat(5000)); } catch {} return 'alive'; }
