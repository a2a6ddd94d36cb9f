// SPDX-License-Identifier: MIT
// Never finishes its top level.
// expect: dropped "out of time"
for (;;);
