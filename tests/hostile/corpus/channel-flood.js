// SPDX-License-Identifier: MIT
// Posts to everybody without an end.
// expect: dropped "too much output in one turn" or "out of time"
function run() { const c = new BroadcastChannel('chat'); const message = 'x'.repeat(1000); for (;;) c.postMessage(message); }
