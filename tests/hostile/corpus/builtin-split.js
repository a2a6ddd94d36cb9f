// SPDX-License-Identifier: MIT
// Splits by a separator that nearly fits everywhere.
// expect: dropped "out of time"
// only: force
function run() { return 'a'.repeat(1 << 20).split('a'.repeat(1 << 19) + 'b').length; }
