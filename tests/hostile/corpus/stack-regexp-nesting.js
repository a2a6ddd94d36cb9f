// SPDX-License-Identifier: MIT
// A regular expression of a hundred thousand opening groups.
// expect: bounded: "refused"
function run() { try { new RegExp('(?:'.repeat(100000) + ')'.repeat(100000)); return 'taken'; } catch (error) { return 'refused'; } }
