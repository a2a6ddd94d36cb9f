// SPDX-License-Identifier: MIT
// Function bodies inside function bodies, through the Function constructor.
// expect: bounded: "refused"
function run() { try { new Function('return ' + '()=>'.repeat(50000) + '1'); return 'taken'; } catch (error) { return error instanceof Error ? 'refused' : 'what?'; } }
