// SPDX-License-Identifier: MIT
// A list nested fifteen thousand deep for the JSON writer.
// expect: bounded: "RangeError"
function run() {
  let list = [];
  for (let i = 0; i < 15000; i++) list = [list];
  try { JSON.stringify(list); return 'written'; } catch (error) { return error.name; }
}
