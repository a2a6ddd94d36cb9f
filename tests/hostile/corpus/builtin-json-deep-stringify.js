// SPDX-License-Identifier: MIT
// A list nested a hundred thousand deep for the JSON writer.
// expect: bounded: "RangeError"
function run() {
  let list = [];
  for (let i = 0; i < 1e5; i++) list = [list];
  try { JSON.stringify(list); return 'written'; } catch (error) { return error.name; }
}
