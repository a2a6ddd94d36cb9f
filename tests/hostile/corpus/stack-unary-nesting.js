// SPDX-License-Identifier: MIT
// Fifty thousand exclamation marks before a zero.
// expect: bounded: "refused"
function run() { try { return (0, eval)('!'.repeat(50000) + '0'); } catch (error) { return 'refused'; } }
