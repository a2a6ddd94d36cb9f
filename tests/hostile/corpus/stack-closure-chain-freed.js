// SPDX-License-Identifier: MIT
// Closures that hold closures, dropped at the outermost.
// expect: bounded: "freed"
function run() { let f = () => 0; for (let i = 0; i < 10000; i++) { const g = f; f = () => g; } f = null; return 'freed'; }
