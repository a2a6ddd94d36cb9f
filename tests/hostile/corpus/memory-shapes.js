// SPDX-License-Identifier: MIT
// Objects of which no two have the same properties.
// expect: stopped "out of memory"
function run() { const all = []; for (let i = 0;; i++) { const o = {}; for (let k = 0; k < 8; k++) o['p' + ((i >> k) & 1) + k + i] = k; all.push(o); } }
