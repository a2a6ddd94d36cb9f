// SPDX-License-Identifier: MIT
// A proxy of which every trap throws, handed to everything that looks at objects.
// expect: bounded: "survived"
function run() {
  const handler = new Proxy({}, { get: () => () => { throw new Error('trap'); } });
  const p = new Proxy(function () {}, handler);
  const looks = [() => p.x, () => (p.x = 1), () => 'x' in p, () => delete p.x, () => Object.keys(p), () => ({ ...p }), () => p(), () => new p(), () => JSON.stringify(p), () => String(p),
    () => Object.freeze(p), () => Object.setPrototypeOf(p, null), () => p instanceof p, () => [].concat(p), () => Array.isArray(p), () => Object.assign({}, p), () => structuredCloneOf(p), () => Promise.resolve(p), () => console.log(p), () => new BroadcastChannel(p), () => setTimeout(p, p), () => Beam.callSync(p, p)];
  const structuredCloneOf = (x) => JSON.parse(JSON.stringify(x));
  for (const look of looks) try { look(); } catch {}
  return 'survived';
}
