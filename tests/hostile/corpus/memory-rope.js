// SPDX-License-Identifier: MIT
// A string of a thousand million letters in twenty-five pieces, and then asked for a letter in its middle.
// expect: bounded: "InternalError"
function run() {
  let s = 'ab';
  try { for (let i = 0; i < 40; i++) s += s; } catch (error) { return error.name; }
  return s.length;
}
