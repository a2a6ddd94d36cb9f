// SPDX-License-Identifier: MIT
// Works all its life in turns that are short enough.
// expect: lives
function run() { setInterval(() => { for (let i = 0; i < 20000; i++); }, 1); return 'begun'; }
