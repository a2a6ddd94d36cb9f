// SPDX-License-Identifier: MIT
// Allocates in a loop and catches every error.
// expect: stopped "out of memory"
function run() { for (;;) try { const all = []; for (;;) all.push([all.length]); } catch {} }
