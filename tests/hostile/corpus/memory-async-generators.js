// SPDX-License-Identifier: MIT
// Async generators that wait for a value for ever.
// expect: stopped "out of memory"
function run() {
  async function* open() { yield await new Promise(() => {}); }
  const all = [];
  for (;;) { const g = open(); g.next(); all.push(g); }
}
