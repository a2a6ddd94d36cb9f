// SPDX-License-Identifier: MIT
// An iterator whose return() allocates when the loop over it is broken off.
// expect: stopped "out of memory"
function run() {
  const all = [];
  const iterator = { next: () => ({ value: all.push([all.length]), done: false }), return() { for (;;) all.push([]); }, [Symbol.iterator]() { return this; } };
  for (const x of iterator);
}
