// SPDX-License-Identifier: MIT
// Async generators that are left in the middle of their finally.
// expect: lives
async function run() { async function* g() { try { yield 1; yield 2; } finally { await new Promise(() => {}); } } for (let i = 0; i < 20; i++) { const it = g(); await it.next(); it.return(); } return 'left'; }
