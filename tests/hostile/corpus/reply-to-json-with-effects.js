// SPDX-License-Identifier: MIT
// A reply whose toJSON broadcasts, starts timers and calls handlers.
// expect: lives
function run() { return { toJSON() { new BroadcastChannel('chat').postMessage(1); setTimeout(() => 0, 1); Beam.callSync('now', 1); return this.again ? 1 : Object.assign(this, { again: true }); } }; }
