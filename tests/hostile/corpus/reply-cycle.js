// SPDX-License-Identifier: MIT
// A cyclic reply.
// expect: failed "the result cannot be serialized as JSON: …"
function run() { const a = {}; a.a = a; return a; }
