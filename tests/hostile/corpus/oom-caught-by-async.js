// SPDX-License-Identifier: MIT
// The same with async functions.
// expect: dropped "out of memory"
const all = [];
async function run() { const fill = async () => { for (;;) all.push([all.length]); }; for (;;) await fill().catch(() => 0); }
