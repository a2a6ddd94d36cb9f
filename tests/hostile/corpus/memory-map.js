// SPDX-License-Identifier: MIT
// A Map that only grows.
// expect: stopped "out of memory"
function run() { const map = new Map(); for (let i = 0;; i++) map.set('key ' + i, i); }
