// SPDX-License-Identifier: MIT
// Calls a function bound to a function bound to a function, deep down.
// expect: bounded: "RangeError"
function run() { let f = () => 'called'; for (let i = 0; i < 20000; i++) f = f.bind(null); try { return f(); } catch (error) { return error.name; } }
