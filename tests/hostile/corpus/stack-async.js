// SPDX-License-Identifier: MIT
// An async function that calls itself before its first await.
// expect: bounded: "RangeError"
// only: force
async function run() { const down = async () => { await down(); }; try { await down(); } catch (error) { return error.name; } }
