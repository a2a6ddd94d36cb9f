// SPDX-License-Identifier: MIT
// A quantifier of a thousand million, nested.
// expect: bounded: "answered"
function run() { try { /(?:(?:a{1000000000}){1000000000})/.test('a'.repeat(100)); } catch {} return 'answered'; }
