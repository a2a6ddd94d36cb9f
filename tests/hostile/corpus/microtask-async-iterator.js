// SPDX-License-Identifier: MIT
// for await over an iterator that never says it is done.
// expect: dropped "out of time"
async function run() { for await (const x of { [Symbol.asyncIterator]: () => ({ next: () => ({ value: 1, done: false }) }) }); }
