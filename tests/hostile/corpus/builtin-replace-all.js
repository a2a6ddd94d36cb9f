// SPDX-License-Identifier: MIT
// Looks for a needle that nearly fits everywhere, to replace it.
// expect: dropped "out of time"
// only: force
function run() { return 'a'.repeat(1 << 20).replaceAll('a'.repeat(1 << 19) + 'b', 'x').length; }
