// SPDX-License-Identifier: MIT
// Delays that are no delays.
// expect: lives
function run() {
  for (const delay of [NaN, -1, Infinity, -Infinity, 1e308, '5', null, undefined, {}, [], 2 ** 53, -0]) clearTimeout(setTimeout(() => 0, delay));
  for (const id of [0, -1, NaN, 2 ** 32 + 1, '1', {}, 1e308, '__proto__']) clearTimeout(id);
  return 'taken';
}
