// SPDX-License-Identifier: MIT
// https://html.spec.whatwg.org/#structured-cloning
(function () {
  'use strict';

  const { DOMException } = globalThis;
  const errors = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
  const uncloneable = [WeakMap, WeakSet, WeakRef, Promise];
  const views = [
    Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float16Array, Float32Array,
    Float64Array, BigInt64Array, BigUint64Array, DataView,
  ];

  const refuse = (what) => {
    throw new DOMException(`${what} cannot be cloned`, 'DataCloneError');
  };

  const clone = (value, seen) => {
    if (typeof value === 'function') refuse(`the function ${value.name || '(anonymous)'}`);
    if (typeof value === 'symbol') refuse('a symbol');
    if (typeof value !== 'object' || value === null) return value;
    const known = seen.get(value);
    if (known !== undefined) return known;

    const keep = (copy) => {
      seen.set(value, copy);
      return copy;
    };
    if (Array.isArray(value)) {
      const copy = keep(new Array(value.length));
      for (const key of Object.keys(value)) copy[key] = clone(value[key], seen);
      return copy;
    }
    if (value instanceof Date) return keep(new Date(value.getTime()));
    if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags));
    if (value instanceof Boolean || value instanceof Number || value instanceof String || value instanceof BigInt) {
      return keep(Object(value.valueOf()));
    }
    if (value instanceof ArrayBuffer) return keep(value.slice(0));
    if (ArrayBuffer.isView(value)) {
      const type = views.find((view) => value instanceof view);
      return keep(new type(clone(value.buffer, seen), value.byteOffset, value.length ?? value.byteLength));
    }
    if (value instanceof Map) {
      const copy = keep(new Map());
      for (const [key, entry] of [...value]) copy.set(clone(key, seen), clone(entry, seen));
      return copy;
    }
    if (value instanceof Set) {
      const copy = keep(new Set());
      for (const entry of [...value]) copy.add(clone(entry, seen));
      return copy;
    }
    if (value instanceof Error) {
      const type = Object.hasOwn(errors, value.name) ? errors[value.name] : Error;
      const error = keep(new type(String(value.message)));
      if (typeof value.stack === 'string') Object.defineProperty(error, 'stack', { value: value.stack, writable: true, configurable: true });
      if (Object.hasOwn(value, 'cause')) Object.defineProperty(error, 'cause', { value: clone(value.cause, seen), writable: true, configurable: true });
      return error;
    }
    if (value instanceof DOMException) return keep(new DOMException(value.message, value.name));
    if (uncloneable.some((type) => value instanceof type)) refuse(`a ${value.constructor?.name}`);
    const copy = keep({});
    for (const key of Object.keys(value)) copy[key] = clone(value[key], seen);
    return copy;
  };

  // A transferred buffer is copied like every other value, and then detached.
  const structuredClone = (value, { transfer = [] } = {}) => {
    const moved = [...transfer];
    for (const buffer of moved) {
      if (!(buffer instanceof ArrayBuffer) || buffer.detached) {
        throw new DOMException('only an ArrayBuffer that is not detached can be transferred', 'DataCloneError');
      }
    }
    const copy = clone(value, new Map());
    for (const buffer of moved) buffer.transfer();
    return copy;
  };

  return { structuredClone };
})
