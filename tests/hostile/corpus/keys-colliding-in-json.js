// SPDX-License-Identifier: MIT
// A client's message: an object of keys that h * 263 + c cannot tell apart.
// input: colliding-keys 5000
// expect: bounded: 5000
function run(payload) { return Object.keys(payload).length; }
