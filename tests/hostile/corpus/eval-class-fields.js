// SPDX-License-Identifier: MIT
// A class with ten thousand private fields.
// expect: lives
function run() { try { new ((0, eval)('(class {' + Array.from({ length: 3000 }, (_, i) => `#f${i} = ${i};`).join('') + '})'))(); } catch {} return 'alive'; }
