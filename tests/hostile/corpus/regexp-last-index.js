// SPDX-License-Identifier: MIT
// An exec of one's own that always finds something.
// expect: stopped "out of memory"
function run() { const r = /a/g; r.exec = () => ({ 0: '', index: 0, length: 1 }); return [...'aaa'.matchAll(r)].length + 'a'.replace(Object.assign(/a/g, { exec: () => Object.assign([''], { index: 0 }) }), ''); }
