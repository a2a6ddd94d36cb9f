// SPDX-License-Identifier: MIT
// A text that grows by one letter at its front, so that nothing can be appended in place.
// expect: dropped "out of time"
function run() { let s = ''; for (let i = 0;; i++) { s = String.fromCharCode(97 + (i % 26)) + s; if (i % 64 === 0) s.charCodeAt(i >> 1); if (i % 5000 === 0) s = ''; } }
