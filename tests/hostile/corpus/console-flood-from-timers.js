// SPDX-License-Identifier: MIT
// A full turn of lines each millisecond.
// expect: lives
function run() { setInterval(() => { for (let i = 0; i < 200; i++) console.warn('again'); }, 1); return 'begun'; }
