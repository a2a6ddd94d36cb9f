// SPDX-License-Identifier: MIT
// Keeps every second piece of odd sizes, to leave a heap of holes.
// expect: stopped "out of memory"
function run() {
  const all = [];
  for (let i = 0;; i++) { const s = ('' + i).repeat(1 + (i % 97)); if (i % 2) all.push(s + '!'); all.length > 1 && all.push([i]); }
}
