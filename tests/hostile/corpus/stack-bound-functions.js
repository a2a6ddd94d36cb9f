// SPDX-License-Identifier: MIT
// Calls a function bound to a function bound to a function, deep down.
// expect: bounded: "RangeError"
function run() { let f = () => 'called'; for (let i = 0; i < 5000; i++) { f = f.bind(null); Object.defineProperty(f, 'name', { value: '' }); } try { return f(); } catch (error) { return error.name; } }
