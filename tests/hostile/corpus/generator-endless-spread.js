// SPDX-License-Identifier: MIT
// Spreads a generator that never ends.
// expect: stopped "out of memory"
function run() { return [...(function* () { for (;;) yield [1]; })()].length; }
