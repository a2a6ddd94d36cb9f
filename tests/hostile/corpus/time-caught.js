// SPDX-License-Identifier: MIT
// Catches the error that ends an endless loop, and continues.
// expect: dropped "out of time"
function run() { for (;;) try { for (;;); } catch {} finally { for (;;); } }
