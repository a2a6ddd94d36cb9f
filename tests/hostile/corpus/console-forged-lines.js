// SPDX-License-Identifier: MIT
// Line breaks and escape codes, to write other rooms' lines.
// expect: bounded: "said"
function run() { console.log('one\n2026-01-01T00:00:00 ERROR room "other": forged\r\x1b[2J\u2028'); return 'said'; }
