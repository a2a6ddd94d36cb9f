// SPDX-License-Identifier: MIT
// A cycle, a proxy and a getter that throws, as what a line shows.
// expect: bounded: "said"
function run() { const a = []; a.push(a); console.log(a, new Proxy({}, { get() { throw 1; } }), { get x() { throw 2; } }, Symbol.iterator.description, 1n); return 'said'; }
