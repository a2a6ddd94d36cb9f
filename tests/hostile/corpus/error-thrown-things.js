// SPDX-License-Identifier: MIT
// Throws values that are not errors.
// expect: failed "undefined"
function run() { for (const thing of [null, 0, '', Symbol.iterator, 1n, [], () => 0]) Promise.reject(thing); throw undefined; }
