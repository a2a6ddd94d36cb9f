// SPDX-License-Identifier: MIT
// Allocates in finally blocks, when there is nothing left.
// expect: stopped "out of memory"
function run() {
  const all = [];
  const fill = () => { for (;;) all.push([all.length]); };
  try { fill(); } finally { try { fill(); } finally { for (;;) fill(); } }
}
