// SPDX-License-Identifier: MIT
// A registry whose callbacks register what is gone at once: each is the next one's cause.
// expect: dropped "out of time"
function run() { const registry = new FinalizationRegistry(() => registry.register({}, 1)); for (let i = 0; i < 1000; i++) registry.register({}, i); return 'registered'; }
