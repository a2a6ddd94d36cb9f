// SPDX-License-Identifier: MIT
// A text that needs its own text.
// expect: bounded: "RangeError"
function run() { const o = { toString() { return '' + this; } }; try { return '' + o; } catch (error) { return error.name; } }
