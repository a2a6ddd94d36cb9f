// SPDX-License-Identifier: MIT
// Throws before anybody has called it.
// expect: dropped "the room failed to start: no"
throw new Error('no');
