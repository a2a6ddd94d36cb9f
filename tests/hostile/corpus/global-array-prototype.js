// SPDX-License-Identifier: MIT
// Array.prototype with setters, getters and functions of its own.
// expect: bounded: "alive"
function run() {
  for (const name of ['push', 'pop', 'splice', 'slice', 'indexOf', 'map', 'join', Symbol.iterator]) Array.prototype[name] = () => { for (;;); };
  for (let i = 0; i < 5; i++) Object.defineProperty(Array.prototype, i, { get() { for (;;); }, set() { for (;;); }, configurable: true });
  console.log('still');
  return 'alive';
}
