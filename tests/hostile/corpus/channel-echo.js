// SPDX-License-Identifier: MIT
// Two channels of one name that answer each other.
// expect: dropped "out of time"
function run() { const a = new BroadcastChannel('echo'), b = new BroadcastChannel('echo'); a.onmessage = b.onmessage = function (event) { this.postMessage(event.data); }; a.postMessage(1); return 'begun'; }
