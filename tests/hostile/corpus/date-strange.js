// SPDX-License-Identifier: MIT
// Dates at and beyond the ends of time, and long texts to parse.
// expect: lives
function run() { for (const t of [8.64e15, -8.64e15, NaN, Infinity, 1e300]) try { new Date(t).toISOString(); } catch {} Date.parse('1'.repeat(100000)); return new Date(8.64e15); }
