// SPDX-License-Identifier: MIT
// Would block the thread, if it were there.
// expect: bounded: "undefined undefined"
function run() { return typeof Atomics + ' ' + typeof SharedArrayBuffer; }
