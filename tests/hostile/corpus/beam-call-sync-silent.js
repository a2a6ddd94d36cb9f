// SPDX-License-Identifier: MIT
// Waits for a handler that never answers: the room waits, the thread does not.
// expect: failed "handler \"silent\" timed out"
function run() { return Beam.callSync('silent'); }
