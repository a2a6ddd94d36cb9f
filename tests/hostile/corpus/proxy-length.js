// SPDX-License-Identifier: MIT
// An array-like proxy whose length is endless, for a builtin that asks it for each element.
// expect: dropped "out of time"
function run() { return [].join.call(new Proxy({}, { get: (_, key) => (key === 'length' ? 2 ** 53 - 1 : '') }), ''); }
