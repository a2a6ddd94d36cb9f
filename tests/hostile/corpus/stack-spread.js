// SPDX-License-Identifier: MIT
// A call with thirty thousand arguments.
// expect: bounded: null
function run() { const args = new Array(30000).fill(0); try { return Math.max(...args) + Math.max.apply(null, { length: 30000 }); } catch (error) { return error.name; } }
