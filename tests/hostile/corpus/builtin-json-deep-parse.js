// SPDX-License-Identifier: MIT
// A million opening brackets for the JSON parser.
// expect: bounded: "no text, no array"
function run() {
  let depth = 1 << 20;
  for (;;) {
    try { JSON.parse('['.repeat(depth)); return 'parsed'; } catch (error) { return error instanceof Error ? 'no text, no array' : 'what?'; }
  }
}
