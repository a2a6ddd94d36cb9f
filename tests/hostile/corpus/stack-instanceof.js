// SPDX-License-Identifier: MIT
// Symbol.hasInstance that asks instanceof.
// expect: bounded: "RangeError"
function run() { const o = { [Symbol.hasInstance](x) { return x instanceof o; } }; try { return 1 instanceof o; } catch (error) { return error.name; } }
