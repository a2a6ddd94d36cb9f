// SPDX-License-Identifier: MIT
// Weak references to things that are gone, in cycles.
// expect: lives
const refs = [];
function run() { for (let i = 0; i < 2000; i++) { const a = {}; a.self = new WeakRef(a); refs.push(a.self); } return refs.filter((r) => r.deref()).length >= 0; }
