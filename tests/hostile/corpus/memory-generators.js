// SPDX-License-Identifier: MIT
// Generators that were begun and never ended, each with its frame.
// expect: stopped "out of memory"
function run() {
  function* open(list) { let local = list.length; for (;;) yield local++; }
  const all = [];
  for (;;) { const g = open(all); g.next(); all.push(g); }
}
