// SPDX-License-Identifier: MIT
// Rejections of which each is handled after all the others were made: a list that is searched for each.
// expect: bounded: "handled"
// only: force
function run() { const all = []; for (let i = 0; i < 2000; i++) all.push(Promise.reject(i)); while (all.length) all.pop().catch(() => 0); return 'handled'; }
