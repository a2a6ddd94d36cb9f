// SPDX-License-Identifier: MIT
// Joins a set with a set-like that says it is endless.
// expect: dropped "out of time"
function run() { return new Set([1]).union({ size: Infinity, has: () => true, keys: () => ({ next: () => ({ value: 1, done: false }) }) }).size; }
