// SPDX-License-Identifier: MIT
//
// The global scope of a room's script beyond the language itself, and the functions through which the server calls the
// script. The file is evaluated once, into the template heap that every room is copied from, so nothing here may depend
// on an address (no Map or WeakMap that already has an object as a key).
//
// The server and the script exchange JSON texts; those of messages and their answers do not pass through this file
// (js/delivery.hpp). `host` is the only interface to the server: its functions take and return numbers, strings and bytes,
// and write the JSON of other values (js/host_functions.cpp).
//
// A script that changes the globals must not break the server: every built-in that is used later is captured now.
(function (host) {
  'use strict';

  // The frames passed to Error.prepareStackTrace would expose the functions on the stack, and through this file's
  // functions, `host`.
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

  // JSON has no undefined: a value without a JSON text is sent as null.
  const write = (value) => {
    let json;
    try {
      json = stringify(value);
    } catch (error) {
      throw host.explain(value, error);
    }
    return json === undefined ? 'null' : json;
  };

  // --- calls from outside

  // Functions of built-in scripts (room.js) that the server calls by a reserved name; no script function has such a
  // name.
  const entries = create(null);
  let namespace = null; // the namespace of the room's module; null for a classic script

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
      return 'the error cannot be converted to a string';
    }
  };
  // Removes the frames of the built-in scripts: they are below every call from outside, and above an error that a Web
  // function throws. No regular expression, for speed: a script may throw at any rate.
  const viaApply = '\n    at apply (native)';
  const firstOwnFrame = (stack, from) => {
    const own = apply(indexIn, stack, ['(entmoot:', from]);
    const stripped = apply(indexIn, stack, ['(<null>', from]);
    return stripped >= 0 && (own < 0 || stripped < own) ? stripped : own;
  };
  const isOneNativeFrame = (frames) => apply(endsWith, frames, [' (native)']) && apply(indexIn, frames, ['\n']) < 0;
  const withoutOwnFrames = (stack) => {
    let own = firstOwnFrame(stack, 0);
    while (own >= 0) {
      const before = apply(lastIndexIn, stack, ['\n', own]);
      if (before >= 0 && !isOneNativeFrame(apply(part, stack, [0, before]))) break;
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
  const framesOf = (error) => {
    const stack = error.stack;
    return typeof stack === 'string' ? withoutOwnFrames(stack) : '';
  };
  const causesMax = 5; // a chain may be a cycle
  const stackOf = (error) => {
    let shown = '';
    try {
      if (typeof error === 'object' && error !== null) {
        shown = framesOf(error);
        let at = error;
        for (let i = 0; i < causesMax && typeof at === 'object' && at !== null && 'cause' in at; i++) {
          at = at.cause;
          const frames = typeof at === 'object' && at !== null ? framesOf(at) : '';
          shown += `${shown === '' ? '' : '\n'}    caused by: ${messageOf(at)}${frames === '' ? '' : `\n${frames}`}`;
        }
      }
    } catch {
      // a getter threw: report what there is
    }
    return shown === '' ? '    (no frame of the script is on the stack)' : shown;
  };

  // The outcome of a call: Host::Outcome.
  const [ok, refused, threw, declined] = [0, 1, 2, 3];

  /** A binary result, with an optional value that is sent as JSON beside the bytes. */
  class Binary {
    #bytes;
    #beside;
    constructor(bytes, beside) {
      this.#bytes = bytes;
      this.#beside = beside;
    }
    /** Answers a call with its result. The check for a private name is cheaper than `instanceof`. */
    static succeed(call, value) {
      let json;
      try {
        if (typeof value === 'object' && value !== null && #bytes in value) {
          host.answer(call, ok, value.#bytes, value.#beside === undefined ? '' : write(value.#beside));
          return;
        }
        json = write(value);
      } catch (error) {
        host.answer(call, threw, 'the result cannot be serialized as JSON: ' + messageOf(error), stackOf(error));
        return;
      }
      host.answer(call, ok, json, '');
    }
  }
  const { succeed } = Binary;
  delete Binary.succeed;
  /** `response`: a JSON text or bytes. */
  const refuse = (call, response) => host.answer(call, refused, response, '');
  const fail = (call, error) => host.answer(call, threw, messageOf(error), stackOf(error));

  // Calls that a built-in script lets the script decline with an exception of its own: `refusals` names them, and
  // `responseOf` returns the response as a JSON text, or undefined for any other value.
  const refusals = { names: create(null), responseOf: () => undefined };
  /** Answers a call whose function threw `error`, and which may be declined. */
  const reject = (call, error) => {
    let response;
    try {
      response = refusals.responseOf(error);
    } catch (problem) {
      error = problem;
    }
    if (response === undefined) fail(call, error);
    else host.answer(call, declined, response, '');
  };

  const invoke = (call, name, json, bytes) => {
    const failed = name in refusals.names ? reject : fail;
    let value;
    try {
      const target = find(name);
      if (typeof target !== 'function') throw new TypeErrorConstructor(`the room's script has no function "${name}"`);
      const args = parse(json);
      if (bytes !== undefined) apply(push, args, [bytes]);
      value = apply(target, undefined, args);
      // A promise whose `then` or prototype the script has replaced may throw here.
      if (typeof value === 'object' && value !== null && value instanceof PromiseConstructor) {
        apply(then, value, [(result) => succeed(call, result), (error) => failed(call, error)]);
        return;
      }
    } catch (error) {
      failed(call, error);
      return;
    }
    succeed(call, value);
  };

  // --- Beam: calls to the server's handlers

  const waiting = create(null); // id of a Beam.call → the functions of its promise
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
      ok = false; // for example, nested too deeply for the engine
      value = error;
    }
    if (ok) call.resolve(value);
    else call.reject(value);
  };

  define(globalThis, 'Beam', freeze({
    __proto__: null,
    /** Returns a promise of the reply of the server's handler `name`. */
    call(name, ...args) {
      const failure = new ErrorConstructor(''); // created now, so that its stack shows the caller
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
    /** Returns the reply of the server's handler `name`. The room waits for it; the server's thread does not. */
    callSync(name, ...args) {
      return parse(host.callSync(text(name), write(args)));
    },
  }));

  // --- BroadcastChannel

  // https://html.spec.whatwg.org/#broadcastchannel, within one room. The server decides which names are also delivered
  // outside the room.
  const channels = [];

  class BroadcastChannel {
    #name;
    #closed = false;
    #listeners = [];
    onmessage = null;
    onmessageerror = null;

    constructor(name) {
      if (arguments.length === 0) throw new TypeErrorConstructor('BroadcastChannel constructor: 1 argument required, but 0 given');
      this.#name = text(name);
      apply(push, channels, [this]);
    }
    get name() {
      return this.#name;
    }
    postMessage(message) {
      if (arguments.length === 0) throw new TypeErrorConstructor('postMessage: 1 argument required, but 0 given');
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
    if (typeof callback !== 'function') throw new TypeErrorConstructor('the callback of a timer must be a function');
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

  // --- console, and uncaught errors

  // Most lines are a text, perhaps with numbers. For all else js/web/console.js is evaluated, and keeps the indentation.
  let wholeConsole;
  const whole = () => (wholeConsole ??= host.part('console')(host, stackOf));
  const isPlain = (value) => value === null || value === undefined || typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && (value !== 0 || 1 / value > 0));
  const logger = (level) => (...values) => {
    let plain = wholeConsole === undefined && (values.length < 2 || typeof values[0] !== 'string' || apply(indexIn, values[0], ['%']) < 0);
    let line = '';
    for (let i = 0; plain && i < values.length; i++) {
      plain = isPlain(values[i]);
      if (plain) line += (i ? ' ' : '') + values[i];
    }
    if (plain) host.log(level, line);
    else whole().print(level, values);
  };
  const [debug, info, warning, severe] = [0, 1, 2, 3]; // log::Level
  const methods = { debug: logger(debug), log: logger(info), info: logger(info), warn: logger(warning), error: logger(severe) };
  const others = ['assert', 'clear', 'count', 'countReset', 'dir', 'dirxml', 'group', 'groupCollapsed', 'groupEnd', 'table', 'time', 'timeEnd', 'timeLog', 'trace'];
  for (let i = 0; i < others.length; i++) methods[others[i]] = (...values) => whole()[others[i]](...values);
  define(globalThis, 'console', methods);

  // Errors that no caller receives: Host::Uncaught.
  const [timerException, listenerException, microtaskException, unhandledRejection] = [0, 1, 2, 3];
  const report = (kind, error) => host.reportError(kind, messageOf(error), stackOf(error));

  // Rejected promises without a handler. Those that still have none at the end of the turn are reported.
  const unhandled = new Map(); // promise → reason
  const rejected = (promise, reason, handled) => {
    if (handled) apply(remove, unhandled, [promise]);
    else apply(set, unhandled, [promise, reason]);
  };
  const reportUnhandled = () => {
    apply(forEach, unhandled, [(reason) => report(unhandledRejection, reason)]);
    apply(empty, unhandled, []);
  };

  // --- globals that are removed or replaced

  // Shared memory uses a lock and a wait list that are global to the engine: a room that is dropped could hold them.
  delete globalThis.Atomics;
  delete globalThis.SharedArrayBuffer;
  // The engine's generator would be copied with the template, so that all rooms would draw the same numbers.
  define(Math, 'random', () => host.random());

  // The top level of the script is call number 0, which no other call has. A module with a top-level await is answered
  // when it settles.
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
      failed(error); // the script has replaced Promise internals
    }
  };
  const reportJob = (error) => report(microtaskException, error);

  /** An export of the module, or a declaration of the classic script. */
  const exported = (name) => (namespace === null ? find(name) : namespace[name]);
  /** Empty for a classic script, whose names cannot be distinguished from the built-in globals. */
  const exportedNames = () => (namespace === null ? [] : keys(namespace));

  /** The interface for the other built-in scripts (js/builtin_script.hpp). */
  const means = { entries, exported, exportedNames, write, Binary, succeed, refuse, fail, reject, refusals };

  // js/template_heap.cpp stores these functions, by name, as roots of the heap.
  return { invoke, settle, fire, fail: reject, exported, failed, rejected, reportUnhandled, reportJob, adopt, means };
})
