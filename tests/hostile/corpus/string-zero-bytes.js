// SPDX-License-Identifier: MIT
// Zero bytes in names and messages.
// expect: lives
function run() { console.log('a\0b'); new BroadcastChannel('chat\0').postMessage('\0'); try { Beam.callSync('now\0', '\0'); } catch {} return '\0'; }
