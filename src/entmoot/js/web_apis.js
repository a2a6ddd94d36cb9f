// SPDX-License-Identifier: MIT
//
// The Web's names in a room's global scope. A room that does not use one of them carries only its name: the code is
// outside of the heap, in parts (js/web/*.js, listed in js/web_apis.cpp), and a part is evaluated in a room when one of
// its names is first looked at. So a part takes what it needs of the language at that time; what a room has done to its
// own globals by then is its own affair, for the server uses none of this. Between each other the parts use what they
// made themselves, not what lies in the global scope now.
(function (host) {
  'use strict';

  const { call } = Beam;
  const parts = Object.create(null);

  // A part is a function that returns its globals, and takes another part where it needs it, not before. What it throws (a stack overflow) leaves it to be taken again.
  const take = (part) => (parts[part] ??= host.part(part)(host, take, call, parts));

  Object.defineProperty(globalThis, 'self', { value: globalThis, writable: true, enumerable: false, configurable: true });
  delete globalThis.performance; // the engine's counts from the making of the template

  return (name, part) => take(part)[name];
})
