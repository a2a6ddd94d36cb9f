// SPDX-License-Identifier: MIT
// An indent of ten spaces at each level of a deep list: quadratic in what it writes.
// expect: stopped "out of memory"
function run() {
  let list = [];
  for (let i = 0; i < 1500; i++) list = [list];
  return JSON.stringify(list, null, 10).length;
}
