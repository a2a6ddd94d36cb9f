// SPDX-License-Identifier: MIT
// Throws the interrupt into a promise's executor, and goes on in its catch.
// expect: dropped "out of memory"
const all = [];
async function run() { for (;;) { try { await new Promise(() => { for (;;) all.push([all.length]); }); } catch {} } }
