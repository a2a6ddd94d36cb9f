// SPDX-License-Identifier: MIT
// Arguments whose getters call the server while the server is being called.
// expect: lives
function run() { const args = { get x() { return Beam.callSync('now', 1); }, toJSON: undefined }; return Beam.callSync('now', args, { toJSON: () => Beam.callSync('later', 2) }); }
