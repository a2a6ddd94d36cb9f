// SPDX-License-Identifier: MIT
// Fills its heap before anybody has called it.
// expect: dropped "the room's script failed: out of memory" or "out of memory"
const all = [];
for (;;) all.push([all.length]);
