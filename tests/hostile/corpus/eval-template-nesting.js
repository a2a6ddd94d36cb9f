// SPDX-License-Identifier: MIT
// Template strings within template strings.
// expect: bounded: "refused"
function run() { try { (0, eval)('`${'.repeat(20000) + '1' + '}`'.repeat(20000)); return 'taken'; } catch { return 'refused'; } }
