// SPDX-License-Identifier: MIT
// Setters on Object.prototype for every name that the server could use.
// expect: bounded: "alive"
function run() {
  for (const name of ['callback', 'args', 'repeat', 'resolve', 'reject', 'promise', 'reason', 'then', 'toJSON', 'get', 'set', 'value', 'writable', 'type', 'data']) {
    if (name === 'toJSON' || name === 'get' || name === 'set' || name === 'value' || name === 'writable') continue;
    Object.defineProperty(Object.prototype, name, { get() { return undefined; }, set() {}, configurable: true });
  }
  try { setTimeout(() => 0, 1); new BroadcastChannel('chat').postMessage({}); Promise.reject(1); } catch {}
  return 'alive';
}
