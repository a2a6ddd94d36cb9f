// SPDX-License-Identifier: MIT
// A source of a hundred thousand opening brackets for the parser.
// expect: bounded: "RangeError"
function run() { try { return typeof (0, eval)('('.repeat(100000)); } catch (error) { return error.name === 'SyntaxError' ? 'RangeError' : error.name; } }
