// SPDX-License-Identifier: MIT
// A proxy as the arguments of Reflect.apply.
// expect: bounded: "RangeError"
function run() { try { return Reflect.apply(Math.max, null, new Proxy([], { get: (_, key) => (key === 'length' ? 1e6 : 0) })); } catch (error) { return error.name; } }
