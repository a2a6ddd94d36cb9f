// SPDX-License-Identifier: MIT
// A replacement that replaces with itself.
// expect: bounded: "RangeError"
function run() { const again = () => 'a'.replace(/a/, again); try { return again(); } catch (error) { return error.name; } }
