// SPDX-License-Identifier: MIT
// Error without a prototype of its own, and messages that throw.
// expect: failed "an error that cannot be shown"
function run() { Error.prototype.toString = () => { throw 1; }; throw { get message() { throw new Error('again'); } }; }
