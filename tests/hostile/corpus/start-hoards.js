// SPDX-License-Identifier: MIT
// Fills its heap at its top level.
// expect: dropped "the room failed to start: out of memory" or "out of memory"
const all = [];
for (;;) all.push([all.length]);
