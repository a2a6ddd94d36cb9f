// SPDX-License-Identifier: MIT
// A registry whose callbacks register again.
// expect: lives
function run() { const registry = new FinalizationRegistry(() => registry.register({}, 1)); for (let i = 0; i < 1000; i++) registry.register({}, i); return 'registered'; }
