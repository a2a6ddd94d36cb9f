// SPDX-License-Identifier: MIT
// Listeners that throw at every message.
// expect: bounded: "posted"
function run() { const a = new BroadcastChannel('x'), b = new BroadcastChannel('x'); b.onmessage = () => { throw new Error('heard'); }; for (let i = 0; i < 100; i++) a.postMessage(i); return 'posted'; }
