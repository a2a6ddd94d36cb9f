// SPDX-License-Identifier: MIT
// As many channels as fit.
// expect: stopped "out of memory"
function run() { const all = []; for (let i = 0;; i++) all.push({ n: i, f: [i], c: i % 100 ? 0 : new BroadcastChannel('c' + i) }); }
