// SPDX-License-Identifier: MIT
// The same with eight thousand keys, more than a message may have.
// input: colliding-keys 8000
// only: force
// expect: bounded: 8000
function run(payload) { return Object.keys(payload).length; }
