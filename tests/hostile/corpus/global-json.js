// SPDX-License-Identifier: MIT
// Takes JSON away from everybody.
// expect: bounded: "alive"
function run() { JSON.parse = JSON.stringify = () => { throw new Error('mine'); }; globalThis.JSON = undefined; return 'alive'; }
