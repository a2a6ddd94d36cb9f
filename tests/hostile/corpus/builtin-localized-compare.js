// SPDX-License-Identifier: MIT
// Compares long texts that differ at their ends, by locale, without an end.
// expect: dropped "out of time"
// only: force
function run() { const a = 'e\u0301'.repeat(2000) + 'a', b = 'e\u0301'.repeat(2000) + 'b'; for (;;) a.localeCompare(b); }
