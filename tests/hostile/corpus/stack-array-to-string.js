// SPDX-License-Identifier: MIT
// The text of a list that contains lists, fifty thousand deep.
// expect: bounded: "RangeError"
function run() { let list = []; for (let i = 0; i < 50000; i++) list = [list]; try { return String(list); } catch (error) { return error.name; } }
