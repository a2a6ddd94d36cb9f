// SPDX-License-Identifier: MIT
// Posts nothing, very often.
// expect: dropped "too much output in one turn" or "out of time"
function run() { const c = new BroadcastChannel('chat'); for (;;) c.postMessage(0); }
