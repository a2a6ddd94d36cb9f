// SPDX-License-Identifier: MIT
//
// The Web's names in a room's global scope. The code is outside the heap, in parts (js/web/*.js, listed in
// js/web_apis.cpp); a part is evaluated in a room when one of its names is first read, so an unused name costs only its
// getter. A part captures the built-ins that it needs at that time. If the room has changed its globals by then, only
// the room is affected: the server uses none of this. Parts use each other through `take`, not through the global
// scope.
(function (host) {
  'use strict';

  const { call } = Beam;
  const parts = Object.create(null);

  // A part is a function that returns its globals. It calls take() for another part where it uses it, not before. A
  // part that throws (a stack overflow) is not stored, and is evaluated again at the next use.
  const take = (part) => (parts[part] ??= host.part(part)(host, take, call, parts));

  Object.defineProperty(globalThis, 'self', { value: globalThis, writable: true, enumerable: false, configurable: true });
  delete globalThis.performance; // the engine's clock starts when the template is built

  return (name, part) => take(part)[name];
})
