// SPDX-License-Identifier: MIT
// Atomics.wait would block the thread, but Atomics does not exist.
// expect: bounded: "undefined undefined"
function run() { return typeof Atomics + ' ' + typeof SharedArrayBuffer; }
