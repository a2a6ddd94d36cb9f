// SPDX-License-Identifier: MIT
// Waits for a handler that never answers: the room does, the thread does not.
// expect: failed "handler \"silent\" did not answer in time"
function run() { return Beam.callSync('silent'); }
