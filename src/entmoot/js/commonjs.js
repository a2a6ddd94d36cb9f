// SPDX-License-Identifier: MIT
//
// The CommonJS runtime, evaluated once into the template heap of a program that has CommonJS modules. A module's
// function runs at its first require, separately in each room. In a require cycle the second module sees the exports
// made so far, as in Node. `resolve(from, specifier)` is a host function that returns a module's name, or throws.
(function (resolve) {
  'use strict';

  const { apply } = Reflect;
  const { create, freeze } = Object;
  const text = String;
  const lastIndexOf = String.prototype.lastIndexOf;
  const slice = String.prototype.slice;

  const bodies = create(null); // a module's name → its function
  const modules = create(null); // a module's name → its `module` object, from the first require on
  // Packages read NODE_ENV to leave out development checks. This is all of Node's `process`.
  const process = freeze({ env: freeze({ NODE_ENV: 'production' }) });

  const load = (name) => {
    const known = modules[name];
    if (known !== undefined) return known.exports;
    const path = '/' + name;
    const module = { id: path, filename: path, loaded: false, exports: {} };
    const require = (specifier) => load(resolve(name, text(specifier)));
    const folder = apply(slice, path, [0, apply(lastIndexOf, path, ['/'])]) || '/';
    modules[name] = module;
    try {
      apply(bodies[name], module.exports, [module, module.exports, require, path, folder, process]);
    } catch (error) {
      delete modules[name]; // the next require runs the module again
      throw error;
    }
    module.loaded = true;
    return module.exports;
  };

  // Registers a module's function. Returns the function through which its ES module facade gets the exports.
  return (name, body) => {
    bodies[name] = body;
    return () => load(name);
  };
})
