// SPDX-License-Identifier: MIT
// A thenable that resolves with itself for ever.
// expect: dropped "out of time"
async function run() { const t = { then(resolve) { resolve(t); } }; return await t; }
