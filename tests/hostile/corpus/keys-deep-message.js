// SPDX-License-Identifier: MIT
// A client's message of brackets in brackets.
// input: deep 20000
// expect: failed "…"
function run(payload) { return payload; }
