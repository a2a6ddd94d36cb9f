// SPDX-License-Identifier: MIT
// Lets the interrupt become a promise's rejection, and continues in its catch.
// expect: dropped "out of memory"
const all = [];
async function run() { for (;;) { try { await new Promise(() => { for (;;) all.push([all.length]); }); } catch {} } }
