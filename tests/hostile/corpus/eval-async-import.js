// SPDX-License-Identifier: MIT
// Imports of modules that do not exist.
// expect: bounded: "refused"
async function run() { try { await (0, eval)('import("fs")'); return 'taken'; } catch { return 'refused'; } }
