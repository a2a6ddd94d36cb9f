// SPDX-License-Identifier: MIT
// Lines of a megabyte.
// expect: bounded: "said"
function run() { const line = 'x'.repeat(1 << 20); for (let i = 0; i < 50; i++) console.error(line); return 'said'; }
