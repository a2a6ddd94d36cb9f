// SPDX-License-Identifier: MIT
// Posts in an endless loop.
// expect: dropped "too much output in one turn" or "out of time"
function run() { const c = new BroadcastChannel('chat'); const message = 'x'.repeat(1000); for (;;) c.postMessage(message); }
