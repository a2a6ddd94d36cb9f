// SPDX-License-Identifier: MIT
// A promise of a class of its own whose then never returns.
// expect: bounded: "answered"
function run() { class Slow extends Promise { then() { for (;;); } } return Slow.resolve('answered'); }
