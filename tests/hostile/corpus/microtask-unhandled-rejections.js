// SPDX-License-Identifier: MIT
// Two thousand unhandled rejections.
// expect: bounded: "rejected"
function run() { for (let i = 0; i < 2000; i++) Promise.reject(new Error('nobody hears ' + i)); return 'rejected'; }
