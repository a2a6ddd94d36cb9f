// SPDX-License-Identifier: MIT
// Error objects with deep stacks, all kept.
// expect: stopped "out of memory"
function run() {
  const all = [];
  const deep = (n) => { if (n > 0) deep(n - 1); else all.push(new Error('e'.repeat(100))); };
  for (;;) deep(50);
}
