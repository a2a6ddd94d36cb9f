// SPDX-License-Identifier: MIT
// Fills its heap before anybody has called it.
// expect: dropped "the room failed to start: out of memory" or "out of memory"
const all = [];
for (;;) all.push([all.length]);
