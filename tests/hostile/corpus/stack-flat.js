// SPDX-License-Identifier: MIT
// Flattens a list that contains lists, fifteen thousand deep.
// expect: bounded: "RangeError"
function run() { let list = []; for (let i = 0; i < 15000; i++) list = [list]; try { return list.flat(Infinity).length; } catch (error) { return error.name; } }
