// SPDX-License-Identifier: MIT
// Deletes JSON.
// expect: bounded: "alive"
function run() { JSON.parse = JSON.stringify = () => { throw new Error('mine'); }; globalThis.JSON = undefined; return 'alive'; }
