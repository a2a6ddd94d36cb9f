// SPDX-License-Identifier: MIT
// Error without a prototype of its own, and messages that throw.
// expect: failed "the error cannot be converted to a string"
function run() { Error.prototype.toString = () => { throw 1; }; throw { get message() { throw new Error('again'); } }; }
