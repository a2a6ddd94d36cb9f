// SPDX-License-Identifier: MIT
// A proxy that says it has a million properties.
// expect: stopped "out of memory"
function run() { return Object.keys(new Proxy({}, { ownKeys: () => Array.from({ length: 1e6 }, (_, i) => 'k' + i), getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }) })).length; }
