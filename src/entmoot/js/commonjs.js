// SPDX-License-Identifier: MIT
//
// How CommonJS modules run: evaluated once into the template heap of a program that has some. A module's function runs
// at the first require of it, in each room for itself; in a circle of requires the second comer sees what is exported so
// far, as in Node. `resolve(from, specifier)` is the server's: a module's name, or an error.
(function (resolve) {
  'use strict';

  const { apply } = Reflect;
  const { create, freeze } = Object;
  const text = String;
  const lastIndexOf = String.prototype.lastIndexOf;
  const slice = String.prototype.slice;

  const bodies = create(null); // a module's name → its function
  const modules = create(null); // a module's name → its `module`, once it is required
  // What packages ask to leave their developers' checks out; all there is of Node's process.
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
      delete modules[name]; // the next one who requires it sees the error again
      throw error;
    }
    module.loaded = true;
    return module.exports;
  };

  // Keeps a module's function; what its ES module calls for its exports.
  return (name, body) => {
    bodies[name] = body;
    return () => load(name);
  };
})
