// SPDX-License-Identifier: MIT
// Well-known symbols on the prototypes of primitives.
// expect: bounded: "alive"
function run() { String.prototype[Symbol.toPrimitive] = Number.prototype[Symbol.toPrimitive] = () => { throw 1; }; Object.prototype[Symbol.toStringTag] = 'x'; RegExp.prototype.exec = () => { for (;;); }; return 'alive'; }
