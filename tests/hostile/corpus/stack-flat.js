// SPDX-License-Identifier: MIT
// Flattens a list that contains lists, a hundred thousand deep.
// expect: bounded: "RangeError"
function run() { let list = []; for (let i = 0; i < 50000; i++) list = [list]; try { return list.flat(Infinity).length; } catch (error) { return error.name; } }
