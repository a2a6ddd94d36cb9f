// SPDX-License-Identifier: MIT
// A client's message with keys that have a meaning: __proto__, constructor, toString, length.
// input: proto
// expect: bounded: "untouched"
function run(payload) { const copy = Object.assign({}, payload); return {}.polluted === undefined && Object.prototype.polluted === undefined && copy ? 'untouched' : 'polluted'; }
