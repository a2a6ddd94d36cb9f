// SPDX-License-Identifier: MIT
// Throws everything that is no error.
// expect: failed "undefined"
function run() { for (const thing of [null, 0, '', Symbol.iterator, 1n, [], () => 0]) Promise.reject(thing); throw undefined; }
