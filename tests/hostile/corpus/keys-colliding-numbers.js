// SPDX-License-Identifier: MIT
// Integers as property names that the multiplier of the engine's table of properties cannot tell apart.
// input: colliding-numbers 5000
// expect: bounded: 5000
function run(payload) { return Object.keys(payload).length; }
