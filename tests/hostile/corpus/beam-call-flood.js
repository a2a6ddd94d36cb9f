// SPDX-License-Identifier: MIT
// Starts calls without waiting for one.
// expect: bounded: "100 wait"
async function run() { let n = 0; try { for (; n < 1e6; n++) { const p = Beam.call('silent', n); if (n >= 100) await p; else p.catch(() => 0); } } catch { return `${n} wait`; } }
