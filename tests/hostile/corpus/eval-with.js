// SPDX-License-Identifier: MIT
// with over a proxy that has every name.
// expect: dropped "out of time"
function run() { return new Function('p', 'with (p) { for (;;) x; }')(new Proxy({}, { has: (_, key) => key !== Symbol.unscopables, get: () => 0 })); }
