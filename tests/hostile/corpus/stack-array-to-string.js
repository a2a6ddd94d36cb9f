// SPDX-License-Identifier: MIT
// The text of a list that contains lists, fifteen thousand deep.
// expect: bounded: "RangeError"
function run() { let list = []; for (let i = 0; i < 15000; i++) list = [list]; try { return String(list); } catch (error) { return error.name; } }
