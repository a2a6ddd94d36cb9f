// SPDX-License-Identifier: MIT
// A user-defined exec that always finds a match.
// expect: stopped "out of memory"
function run() { const r = /a/g; r.exec = () => ({ 0: '', index: 0, length: 1 }); return [...'aaa'.matchAll(r)].length + 'a'.replace(Object.assign(/a/g, { exec: () => Object.assign([''], { index: 0 }) }), ''); }
