// SPDX-License-Identifier: MIT
// Goes on in a generator's finally when the interrupt has closed it.
// expect: stopped "out of memory"
function run() {
  function* g() { const all = []; try { for (;;) { all.push([all.length]); yield 1; } } finally { for (;;) all.push([]); } }
  for (const x of g());
}
