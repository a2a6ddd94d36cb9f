// SPDX-License-Identifier: MIT
// Unpaired surrogates in every text that leaves the room.
// expect: lives
function run() { const half = '\ud800'.repeat(100); console.log(half); new BroadcastChannel(half).postMessage(half); try { Beam.callSync(half, half); } catch {} return { [half]: half }; }
