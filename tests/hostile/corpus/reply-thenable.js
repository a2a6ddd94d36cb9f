// SPDX-License-Identifier: MIT
// A reply that pretends to be a promise.
// expect: lives
function run() { return { then(resolve) { for (;;); } }; }
