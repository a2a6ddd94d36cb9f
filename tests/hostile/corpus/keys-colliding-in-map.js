// SPDX-License-Identifier: MIT
// The same as the keys of a Map.
// input: colliding-keys 5000
// expect: bounded: 5000
function run(payload) { return new Map(Object.entries(payload)).size; }
