// SPDX-License-Identifier: MIT
// Throws before anybody has called it.
// expect: dropped "the room's script failed: no"
throw new Error('no');
