// SPDX-License-Identifier: MIT
// Throws at its top level.
// expect: dropped "the room failed to start: no"
throw new Error('no');
