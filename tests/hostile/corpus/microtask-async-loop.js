// SPDX-License-Identifier: MIT
// An async loop over promises that are settled already.
// expect: dropped "out of time"
async function run() { for (;;) await null; }
