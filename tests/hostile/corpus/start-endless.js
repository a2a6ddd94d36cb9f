// SPDX-License-Identifier: MIT
// Never gets to the end of its top level.
// expect: dropped "out of time"
for (;;);
