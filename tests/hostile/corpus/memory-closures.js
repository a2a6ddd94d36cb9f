// SPDX-License-Identifier: MIT
// Closures over closures.
// expect: stopped "out of memory"
function run() { let f = () => 0; for (;;) { const g = f; f = () => g; } }
