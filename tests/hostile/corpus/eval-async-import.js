// SPDX-License-Identifier: MIT
// Imports that nobody offers.
// expect: bounded: "refused"
async function run() { try { await (0, eval)('import("fs")'); return 'taken'; } catch { return 'refused'; } }
