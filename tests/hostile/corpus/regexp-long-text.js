// SPDX-License-Identifier: MIT
// A pattern that begins to fit everywhere in a megabyte.
// expect: stopped "out of memory" or "out of time"
function run() { return /(?:a*)*?b$/.test('a'.repeat(1 << 18)); }
