// SPDX-License-Identifier: MIT
// https://dom.spec.whatwg.org, without a tree: an event's path is its target alone.
(function (host) {
  'use strict';

  const { DOMException, setTimeout } = globalThis;

  /** Writes an uncaught error to the room's log. */
  const reportError = (error) => {
    let text;
    try {
      text = error instanceof Error || error instanceof DOMException ? `${error}\n${error.stack ?? ''}` : String(error);
    } catch {
      text = 'the error cannot be converted to a string';
    }
    host.log(3, `reported: ${text}`);
  };

  let begin; // gives dispatchEvent access to an event's private fields

  class Event {
    #type;
    #options;
    #target = null;
    #current = null;
    #dispatching = false;
    #prevented = false;
    #stopped = false;
    #time = host.uptime();

    constructor(type, { bubbles = false, cancelable = false, composed = false } = {}) {
      if (arguments.length === 0) throw new TypeError('Event constructor: 1 argument required, but 0 given');
      this.#type = String(type);
      this.#options = { bubbles: Boolean(bubbles), cancelable: Boolean(cancelable), composed: Boolean(composed) };
    }
    get type() {
      return this.#type;
    }
    get target() {
      return this.#target;
    }
    get srcElement() {
      return this.#target;
    }
    get currentTarget() {
      return this.#current;
    }
    get eventPhase() {
      return this.#dispatching ? 2 : 0;
    }
    get bubbles() {
      return this.#options.bubbles;
    }
    get cancelable() {
      return this.#options.cancelable;
    }
    get composed() {
      return this.#options.composed;
    }
    get defaultPrevented() {
      return this.#prevented;
    }
    get timeStamp() {
      return this.#time;
    }
    get isTrusted() {
      return false;
    }
    composedPath() {
      return this.#dispatching ? [this.#target] : [];
    }
    preventDefault() {
      if (this.cancelable) this.#prevented = true;
    }
    stopPropagation() {}
    stopImmediatePropagation() {
      this.#stopped = true;
    }
    static {
      begin = (event, target, listeners) => {
        if (event.#dispatching) throw new DOMException('the event is already being dispatched', 'InvalidStateError');
        event.#target = event.#current = target;
        event.#dispatching = true;
        event.#stopped = false;
        for (const listener of listeners) {
          if (event.#stopped) break;
          listener(event);
        }
        event.#dispatching = false;
        event.#current = null;
        return !event.#prevented;
      };
    }
    get [Symbol.toStringTag]() {
      return 'Event';
    }
  }

  class CustomEvent extends Event {
    #detail;
    constructor(type, options = {}) {
      super(type, options);
      this.#detail = options?.detail ?? null;
    }
    get detail() {
      return this.#detail;
    }
  }

  class EventTarget {
    #listeners = [];

    addEventListener(type, callback, options) {
      if (callback === null || callback === undefined) return;
      if (typeof callback !== 'function' && typeof callback !== 'object') throw new TypeError('addEventListener: the callback must be a function or an object with a handleEvent method');
      const { capture = false, once = false, signal } = typeof options === 'object' && options !== null ? options : { capture: options };
      if (signal?.aborted) return;
      const entry = { type: String(type), callback, capture: Boolean(capture), once: Boolean(once), removed: false };
      if (this.#find(entry) >= 0) return;
      this.#listeners.push(entry);
      signal?.addEventListener('abort', () => this.#remove(entry), { once: true });
    }
    removeEventListener(type, callback, options) {
      const capture = Boolean(typeof options === 'object' && options !== null ? options.capture : options);
      const at = this.#find({ type: String(type), callback, capture });
      if (at >= 0) this.#remove(this.#listeners[at]);
    }
    dispatchEvent(event) {
      if (!(event instanceof Event)) throw new TypeError('dispatchEvent: the argument must be an Event');
      const due = this.#listeners.filter((entry) => entry.type === event.type);
      const handler = this['on' + event.type];
      const calls = due.map((entry) => (e) => {
        if (entry.removed) return;
        if (entry.once) this.#remove(entry);
        run(this, entry.callback, e);
      });
      if (typeof handler === 'function') calls.unshift((e) => run(this, handler, e));
      return begin(event, this, calls);
    }
    #find({ type, callback, capture }) {
      return this.#listeners.findIndex((e) => e.type === type && e.callback === callback && e.capture === capture);
    }
    #remove(entry) {
      entry.removed = true;
      const at = this.#listeners.indexOf(entry);
      if (at >= 0) this.#listeners.splice(at, 1);
    }
    get [Symbol.toStringTag]() {
      return 'EventTarget';
    }
  }
  const run = (target, callback, event) => {
    try {
      if (typeof callback === 'function') callback.call(target, event);
      else callback.handleEvent(event);
    } catch (error) {
      reportError(error);
    }
  };

  const door = Symbol();
  let abort;

  class AbortSignal extends EventTarget {
    #aborted = false;
    #reason;
    #dependents = [];
    onabort = null;

    constructor(key) {
      if (key !== door) throw new TypeError('illegal constructor: use AbortController, AbortSignal.abort(), .any() or .timeout()');
      super();
    }
    get aborted() {
      return this.#aborted;
    }
    get reason() {
      return this.#reason;
    }
    throwIfAborted() {
      if (this.#aborted) throw this.#reason;
    }
    static abort(reason) {
      const signal = new AbortSignal(door);
      abort(signal, reason);
      return signal;
    }
    static timeout(milliseconds) {
      const signal = new AbortSignal(door);
      setTimeout(() => abort(signal, new DOMException('signal timed out', 'TimeoutError')), milliseconds);
      return signal;
    }
    static any(signals) {
      const signal = new AbortSignal(door);
      const sources = [...signals];
      const over = sources.find((source) => source.aborted);
      if (over) abort(signal, over.reason);
      else for (const source of sources) source.#dependents.push(signal);
      return signal;
    }
    static {
      abort = (signal, reason) => {
        if (signal.#aborted) return;
        signal.#aborted = true;
        signal.#reason = reason === undefined ? new DOMException('signal is aborted without reason', 'AbortError') : reason;
        const dependents = signal.#dependents.splice(0);
        signal.dispatchEvent(new Event('abort'));
        for (const dependent of dependents) abort(dependent, signal.#reason);
      };
    }
    get [Symbol.toStringTag]() {
      return 'AbortSignal';
    }
  }

  class AbortController {
    #signal = new AbortSignal(door);
    get signal() {
      return this.#signal;
    }
    abort(reason) {
      abort(this.#signal, reason);
    }
    get [Symbol.toStringTag]() {
      return 'AbortController';
    }
  }

  return { Event, CustomEvent, EventTarget, AbortSignal, AbortController, reportError };
})
