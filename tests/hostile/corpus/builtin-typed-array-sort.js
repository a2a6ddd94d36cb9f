// SPDX-License-Identifier: MIT
// Sorts two megabytes of numbers again and again with the engine's own comparison.
// expect: dropped "out of time"
// only: force
function run() {
  const numbers = new Float64Array(1 << 17);
  for (;;) {
    for (let i = 0; i < numbers.length; i++) numbers[i] = (i * 7919) % 104729;
    numbers.sort();
  }
}
