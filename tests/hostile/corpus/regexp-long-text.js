// SPDX-License-Identifier: MIT
// A pattern that begins to fit everywhere in a megabyte.
// expect: dropped "out of time"
function run() { return /(?:a*)*?b$/.test('a'.repeat(1 << 18)); }
