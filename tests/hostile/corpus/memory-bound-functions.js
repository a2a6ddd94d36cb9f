// SPDX-License-Identifier: MIT
// A function bound to a function bound to a function.
// expect: stopped "out of memory"
function run() { let f = () => 0; for (;;) f = f.bind(null, 1); }
