// SPDX-License-Identifier: MIT
// The same with twenty thousand keys, more than a message may have.
// input: colliding-keys 20000
// only: force
// expect: bounded: 20000
function run(payload) { return Object.keys(payload).length; }
