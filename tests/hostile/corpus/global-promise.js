// SPDX-License-Identifier: MIT
// Replaces Promise, and the then of its prototype.
// expect: bounded: "alive"
async function run() { Promise.prototype.then = function () { for (;;); }; globalThis.Promise = class { }; return 'alive'; }
