// SPDX-License-Identifier: MIT
// Recursion without an end, caught, and again.
// expect: bounded: "RangeError"
function run() { const down = () => down() + 1; let name; for (let i = 0; i < 5; i++) try { down(); } catch (error) { name = error.name; } return name; }
