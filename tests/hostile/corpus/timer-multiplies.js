// SPDX-License-Identifier: MIT
// Each timer arms two.
// expect: lives
function run() { const two = () => { setTimeout(two, 0); setTimeout(two, 0); }; two(); return 'begun'; }
