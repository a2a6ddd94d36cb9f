// SPDX-License-Identifier: MIT
//
// What a room's script finds in its global scope besides the language itself, and how the server calls into the script.
// Evaluated once, into the template heap that every room is copied from; so nothing here may depend on an address (no
// Map or WeakMap that already has an object as a key).
//
// The server and the script exchange JSON texts. They are parsed and written here, in JavaScript, because both can run
// the script's own code (a getter, a toJSON), and that must happen where a room can be preempted and dropped: never
// below a C++ frame. `host` is the only door: its functions take and give numbers, strings and bytes
// (js/host_functions.cpp).
//
// What the script does to the globals must not break the server: everything used later is taken out of them now.
(function (host) {
  'use strict';

  // A stack's frames (Error.prepareStackTrace) would hand out the functions on it, and with ours the way to `host`.
  Error.prepareStackTrace = (error, frames) => frames;
  delete Object.getPrototypeOf(new Error().stack[0]).getFunction;
  Error.prepareStackTrace = undefined;

  const { parse, stringify } = JSON;
  const { apply } = Reflect;
  const { freeze, defineProperty, create, keys } = Object;
  const { then } = Promise.prototype;
  const { set, delete: remove, clear: empty, forEach } = Map.prototype;
  const everything = globalThis;
  const later = queueMicrotask;
  const { push, splice, indexOf, slice } = Array.prototype;
  const evaluate = globalThis.eval;
  const PromiseConstructor = Promise;
  const ErrorConstructor = Error;
  const TypeErrorConstructor = TypeError;
  const text = String;
  const exec = RegExp.prototype.exec;
  const { slice: part, indexOf: indexIn, lastIndexOf: lastIndexIn, endsWith } = String.prototype;
  const identifier = /^[A-Za-z_$][\w$]*$/;

  const define = (target, name, value) =>
    defineProperty(target, name, { value, writable: true, enumerable: false, configurable: true });

  // JSON has no undefined: what has no text is null.
  const write = (value) => {
    const json = stringify(value);
    return json === undefined ? 'null' : json;
  };

  // --- calls from outside

  // What the server calls by names of its own (room.js): no script has a function of such a name.
  const entries = create(null);
  let namespace = null; // of the room's module; a classic script has none

  // A function declaration of a classic script is a property of the global object; `const f = () => …` is only in the
  // global scope.
  const find = (name) => {
    if (name in entries) return entries[name];
    const own = namespace === null ? undefined : namespace[name];
    if (typeof own === 'function') return own;
    const found = everything[name];
    if (typeof found === 'function' || apply(exec, identifier, [name]) === null) return found;
    try {
      return evaluate(name);
    } catch {
      return undefined;
    }
  };

  const messageOf = (error) => {
    try {
      if (typeof error !== 'object' || error === null) return text(error);
      const shown = text('message' in error ? error.message : error);
      return shown === '[object Object]' ? write(error) : shown; // {code: 5} is shown as such
    } catch {
      return 'an error that cannot be shown';
    }
  };
  // Without the frames of our own scripts: every call from outside has them below it, and what the Web's functions
  // throw has them above. No regular expression: a script may throw as often as it likes.
  const viaApply = '\n    at apply (native)';
  const firstOwnFrame = (stack, from) => {
    const own = apply(indexIn, stack, ['(entmoot:', from]);
    const stripped = apply(indexIn, stack, ['(<null>', from]);
    return stripped >= 0 && (own < 0 || stripped < own) ? stripped : own;
  };
  const withoutOwnFrames = (stack) => {
    let own = firstOwnFrame(stack, 0);
    while (own >= 0 && apply(lastIndexIn, stack, ['\n', own]) < 0) {
      const end = apply(indexIn, stack, ['\n', own]);
      if (end < 0) return '';
      stack = apply(part, stack, [end + 1]);
      own = firstOwnFrame(stack, 0);
    }
    if (own < 0) return stack;
    const end = apply(lastIndexIn, stack, ['\n', own]);
    const theirs = apply(part, stack, [0, end < 0 ? 0 : end]);
    return apply(endsWith, theirs, [viaApply]) ? apply(part, theirs, [0, -viaApply.length]) : theirs;
  };
  const stackOf = (error) => {
    try {
      const stack = typeof error === 'object' && error !== null ? error.stack : undefined;
      const theirs = typeof stack === 'string' ? withoutOwnFrames(stack) : '';
      if (theirs !== '') return theirs;
    } catch {
      // the next line says what there is to say
    }
    return '    (thrown with no line of the script on the stack)';
  };

  // How a call ended: Host::Outcome.
  const [ok, refused, threw] = [0, 1, 2];

  /** A result that is bytes, with a value beside them that is sent as JSON. */
  class Binary {
    constructor(bytes, beside) {
      this.bytes = bytes;
      this.beside = beside;
    }
  }
  const succeed = (call, value) => {
    let json;
    try {
      json = value instanceof Binary ? (value.beside === undefined ? '' : write(value.beside)) : write(value);
      if (value instanceof Binary) {
        host.answer(call, ok, value.bytes, json);
        return;
      }
    } catch (error) {
      host.answer(call, threw, 'the result cannot be sent as JSON: ' + messageOf(error), stackOf(error));
      return;
    }
    host.answer(call, ok, json, '');
  };
  /** `response`: a JSON text or bytes. */
  const refuse = (call, response) => host.answer(call, refused, response, '');
  const fail = (call, error) => host.answer(call, threw, messageOf(error), stackOf(error));

  let underWay = 0; // the last call that was begun
  const elsewhere = {}; // what an entry returns that sees to its call's answer itself

  const invoke = (call, name, json, bytes) => {
    underWay = call;
    let value;
    try {
      const target = find(name);
      if (typeof target !== 'function') throw new TypeErrorConstructor(`the room's script has no function "${name}"`);
      const args = parse(json);
      if (bytes !== undefined) apply(push, args, [bytes]);
      value = apply(target, undefined, args);
      // What looks like a promise may be of the script's own making, and throw here.
      if (typeof value === 'object' && value !== null && value instanceof PromiseConstructor) {
        apply(then, value, [(result) => succeed(call, result), (error) => fail(call, error)]);
        return;
      }
    } catch (error) {
      fail(call, error);
      return;
    }
    if (value !== elsewhere) succeed(call, value);
  };

  // --- Beam: calls to the server's handlers

  const waiting = create(null); // id of a Beam.call → its promise's functions
  let lastCall = 0;

  const settle = (id, ok, result) => {
    const call = waiting[id];
    if (call === undefined) return;
    delete waiting[id];
    let value = call.failure;
    try {
      if (ok) value = parse(result);
      else value.message = result;
    } catch (error) {
      ok = false; // nested too deep for the engine, say
      value = error;
    }
    if (ok) call.resolve(value);
    else call.reject(value);
  };

  define(globalThis, 'Beam', freeze({
    __proto__: null,
    /** A promise of what the server's handler `name` answers. */
    call(name, ...args) {
      const failure = new ErrorConstructor(''); // made now: when the answer comes the caller is off the stack
      return new PromiseConstructor((resolve, reject) => {
        const id = ++lastCall;
        waiting[id] = { resolve, reject, failure };
        try {
          host.call(id, text(name), write(args));
        } catch (error) {
          delete waiting[id];
          reject(error);
        }
      });
    },
    /** What the server's handler `name` answers. The room waits for it; the server's thread does not. */
    callSync(name, ...args) {
      return parse(host.callSync(text(name), write(args)));
    },
  }));

  // --- BroadcastChannel

  // https://html.spec.whatwg.org/#broadcastchannel, within one room; where a name leads outside the room is the
  // server's to say.
  const channels = [];

  class BroadcastChannel {
    #name;
    #closed = false;
    #listeners = [];
    onmessage = null;
    onmessageerror = null;

    constructor(name) {
      if (arguments.length === 0) throw new TypeErrorConstructor('BroadcastChannel needs a name');
      this.#name = text(name);
      apply(push, channels, [this]);
    }
    get name() {
      return this.#name;
    }
    postMessage(message) {
      if (arguments.length === 0) throw new TypeErrorConstructor('postMessage needs a message');
      if (this.#closed) {
        const error = new ErrorConstructor(`BroadcastChannel "${this.#name}" is closed`);
        error.name = 'InvalidStateError';
        throw error;
      }
      const json = write(message);
      host.post(this.#name, json);
      const others = apply(slice, channels, []);
      for (let i = 0; i < others.length; i++) {
        const other = others[i];
        if (other !== this && other.#name === this.#name) later(() => other.#receive(json));
      }
    }
    close() {
      this.#closed = true;
      const at = apply(indexOf, channels, [this]);
      if (at >= 0) apply(splice, channels, [at, 1]);
    }
    addEventListener(type, listener) {
      if (type === 'message' && apply(indexOf, this.#listeners, [listener]) < 0) apply(push, this.#listeners, [listener]);
    }
    removeEventListener(type, listener) {
      const at = type === 'message' ? apply(indexOf, this.#listeners, [listener]) : -1;
      if (at >= 0) apply(splice, this.#listeners, [at, 1]);
    }
    #receive(json) {
      if (this.#closed) return;
      const event = freeze({ type: 'message', data: parse(json), origin: '', lastEventId: '', source: null, ports: [], target: this });
      const listeners = apply(slice, this.#listeners, []);
      if (typeof this.onmessage === 'function') apply(push, listeners, [this.onmessage]);
      for (let i = 0; i < listeners.length; i++) {
        try {
          const listener = listeners[i];
          if (typeof listener === 'function') apply(listener, this, [event]);
          else listener.handleEvent(event);
        } catch (error) {
          report(listenerException, error);
        }
      }
    }
  }
  define(globalThis, 'BroadcastChannel', BroadcastChannel);

  // --- timers

  const timers = create(null);

  const timer = (repeat) => (callback, delay, ...args) => {
    if (typeof callback !== 'function') throw new TypeErrorConstructor('a timer needs a function');
    const ms = +delay;
    const id = host.startTimer(ms > 0 ? ms : 0, repeat);
    timers[id] = { callback, args, repeat };
    return id;
  };
  const clear = (id) => {
    if (typeof id !== 'number' || timers[id] === undefined) return;
    delete timers[id];
    host.stopTimer(id);
  };
  const fire = (id) => {
    const due = timers[id];
    if (due === undefined) return;
    if (!due.repeat) delete timers[id];
    try {
      apply(due.callback, undefined, due.args);
    } catch (error) {
      report(timerException, error);
    }
  };
  define(globalThis, 'setTimeout', timer(false));
  define(globalThis, 'setInterval', timer(true));
  define(globalThis, 'clearTimeout', clear);
  define(globalThis, 'clearInterval', clear);

  // --- console, and what nobody caught

  const show = (value) => {
    if (typeof value === 'string') return value;
    if (typeof value === 'object' && value !== null) {
      if (value instanceof ErrorConstructor) return stackOf(value) === '' ? text(value) : `${text(value)}\n${stackOf(value)}`;
      try {
        return write(value);
      } catch {
        return '[object]';
      }
    }
    return text(value);
  };
  const logger = (level) => (...values) => {
    let line = '';
    for (let i = 0; i < values.length; i++) line += (i ? ' ' : '') + show(values[i]);
    host.log(level, line);
  };
  const [debug, info, warning, severe] = [0, 1, 2, 3]; // log::Level
  define(globalThis, 'console', {
    debug: logger(debug), log: logger(info), info: logger(info), warn: logger(warning), error: logger(severe), trace: logger(debug),
  });

  // What went wrong with nobody to answer: js/host.hpp names the kinds.
  const [timerException, listenerException, microtaskException, unhandledRejection] = [0, 1, 2, 3];
  const report = (kind, error) => host.reportError(kind, messageOf(error), stackOf(error));

  // A promise that was rejected with nobody to hear it, unless somebody comes before the turn ends.
  const unheard = new Map(); // promise → reason
  const rejected = (promise, reason, handled) => {
    if (handled) apply(remove, unheard, [promise]);
    else apply(set, unheard, [promise, reason]);
  };
  const reportUnheard = () => {
    apply(forEach, unheard, [(reason) => report(unhandledRejection, reason)]);
    apply(empty, unheard, []);
  };

  // --- what a room must not have

  // Shared memory and its waiting lists are a lock and a global of the engine: a room that is dropped could hold them.
  delete globalThis.Atomics;
  delete globalThis.SharedArrayBuffer;
  // Each room draws from its own generator, which the server seeds: rooms are copies and would share the engine's.
  define(Math, 'random', () => host.random());

  // The script's own top level, as a call, has the number 0, which no other call has. A module that awaits answers later.
  const failed = (error) => fail(0, error);
  const started = () => host.answer(0, ok, 'null', '');
  const adopt = (promise, exports) => {
    if (exports !== undefined) namespace = exports;
    if (promise === undefined) {
      started();
      return;
    }
    try {
      apply(then, promise, [started, failed]);
    } catch (error) {
      failed(error); // the script has broken what promises are made by
    }
  };
  const reportJob = (error) => report(microtaskException, error);

  /** What a module exports, or a classic script declares. */
  const exported = (name) => (namespace === null ? find(name) : namespace[name]);
  /** A classic script's names cannot be told from the language's. */
  const exportedNames = () => (namespace === null ? [] : keys(namespace));

  /** What built-in scripts beside this one build on. */
  const means = { entries, exported, exportedNames, write, Binary, succeed, refuse, fail, elsewhere, callUnderWay: () => underWay };

  // js/template_heap.cpp keeps these by name.
  return { invoke, settle, fire, failed, rejected, reportUnheard, reportJob, adopt, means };
})
