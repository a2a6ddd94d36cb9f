// SPDX-License-Identifier: MIT
// Object.prototype.__proto__ redefined, then deleted.
// expect: bounded: "alive"
function run() { Object.defineProperty(Object.prototype, '__proto__', { get() { throw 1; }, set() { throw 2; }, configurable: true }); const o = { __proto__: null }; delete Object.prototype.__proto__; return o ? 'alive' : ''; }
