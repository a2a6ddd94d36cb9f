// SPDX-License-Identifier: MIT
// Continues in a generator's finally after the interrupt has closed it.
// expect: stopped "out of memory"
function run() {
  function* g() { const all = []; try { for (;;) { all.push([all.length]); yield 1; } } finally { for (;;) all.push([]); } }
  for (const x of g());
}
