// SPDX-License-Identifier: MIT
// Numbers as the keys of a Map: small integers have the same lower bits as doubles.
// expect: bounded: 16000
function run() { const map = new Map(); for (let i = 0; i < 16000; i++) map.set(i * 65536, i); return map.size; }
