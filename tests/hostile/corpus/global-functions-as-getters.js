// SPDX-License-Identifier: MIT
// The room's functions as getters that never return.
// expect: dropped "out of time"
Object.defineProperty(globalThis, 'run', { get() { for (;;); } });
