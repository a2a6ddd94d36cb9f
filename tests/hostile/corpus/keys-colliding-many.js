// SPDX-License-Identifier: MIT
// The same with a hundred thousand keys, as no client may send it at once but a script may collect it.
// input: colliding-keys 100000
// only: force
// expect: bounded: 100000
function run(payload) { return payload.keys.length + 0 * payload.keys.map((k) => ({ [k]: 1 })).length; }
