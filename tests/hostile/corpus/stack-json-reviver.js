// SPDX-License-Identifier: MIT
// A reviver that parses again with itself.
// expect: bounded: "RangeError"
function run() { const revive = () => JSON.parse('[0]', revive); try { return revive(); } catch (error) { return error.name; } }
