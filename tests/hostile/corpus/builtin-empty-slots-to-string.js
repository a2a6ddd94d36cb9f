// SPDX-License-Identifier: MIT
// The text of an array of a thousand million holes.
// expect: dropped "out of time"
// only: force
function run() { return [].join.call(new Proxy([], { get: (_, key) => (key === 'length' ? 1e9 : undefined) }), '').length + [].toString.call(new Array(1e9)).length; }
