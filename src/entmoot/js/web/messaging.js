// SPDX-License-Identifier: MIT
// https://html.spec.whatwg.org/#channel-messaging, within one room, and the events that it needs.
(function (host, take) {
  'use strict';

  const { setTimeout } = globalThis;
  const { Event, EventTarget } = take('events');
  const queueMax = 10000; // messages of a port that has not been started

  const withFields = (name, defaults) =>
    ({
      [name]: class extends Event {
        #fields;
        constructor(type, init = {}) {
          super(type, init);
          this.#fields = Object.fromEntries(Object.entries(defaults).map(([key, value]) => [key, init[key] === undefined ? value : init[key]]));
        }
        static {
          for (const key of Object.keys(defaults)) {
            Object.defineProperty(this.prototype, key, {
              get() {
                return this.#fields[key];
              },
              enumerable: true,
              configurable: true,
            });
          }
        }
        get [Symbol.toStringTag]() {
          return name;
        }
      },
    })[name];

  const MessageEvent = withFields('MessageEvent', { data: null, origin: '', lastEventId: '', source: null, ports: Object.freeze([]) });
  const ErrorEvent = withFields('ErrorEvent', { message: '', filename: '', lineno: 0, colno: 0, error: undefined });
  const PromiseRejectionEvent = withFields('PromiseRejectionEvent', { promise: undefined, reason: undefined });

  let entangle;
  const making = {};

  class MessagePort extends EventTarget {
    #other = null;
    #queue = [];
    #started = false;
    #onmessage = null;
    #onmessageerror = null;

    constructor(key) {
      if (key !== making) throw new TypeError('Illegal constructor');
      super();
    }
    static {
      entangle = (a, b) => {
        a.#other = b;
        b.#other = a;
      };
    }
    postMessage(message, options) {
      if (arguments.length === 0) throw new TypeError('postMessage: 1 argument required, but 0 given');
      const transfer = [...(Array.isArray(options) ? options : (options?.transfer ?? []))];
      const ports = transfer.filter((value) => value instanceof MessagePort);
      if (ports.includes(this)) throw new DOMException('a port cannot transfer itself', 'DataCloneError');
      const data = take('structured_clone').structuredClone(message, { transfer: transfer.filter((value) => !ports.includes(value)) });
      const to = this.#other;
      if (to === null) return;
      if (to.#queue.length >= queueMax) throw new RangeError(`the other port has ${queueMax} messages that it has not taken: start it`);
      to.#queue.push(new MessageEvent('message', { data, ports: Object.freeze(ports) }));
      if (to.#started) setTimeout(() => to.#deliver(), 0);
    }
    start() {
      if (this.#started) return;
      this.#started = true;
      for (let i = 0; i < this.#queue.length; i++) setTimeout(() => this.#deliver(), 0);
    }
    close() {
      const other = this.#other;
      this.#other = null;
      if (other === null) return;
      other.#other = null;
      setTimeout(() => other.dispatchEvent(new Event('close')), 0);
    }
    #deliver() {
      const event = this.#queue.shift();
      if (event !== undefined) this.dispatchEvent(event);
    }
    get onmessage() {
      return this.#onmessage;
    }
    set onmessage(handler) {
      this.#onmessage = typeof handler === 'function' ? handler : null; // dispatchEvent calls it
      this.start();
    }
    get onmessageerror() {
      return this.#onmessageerror;
    }
    set onmessageerror(handler) {
      this.#onmessageerror = typeof handler === 'function' ? handler : null;
    }
    get [Symbol.toStringTag]() {
      return 'MessagePort';
    }
  }

  class MessageChannel {
    #port1 = new MessagePort(making);
    #port2 = new MessagePort(making);
    constructor() {
      entangle(this.#port1, this.#port2);
    }
    get port1() {
      return this.#port1;
    }
    get port2() {
      return this.#port2;
    }
    get [Symbol.toStringTag]() {
      return 'MessageChannel';
    }
  }

  return { MessageChannel, MessagePort, MessageEvent, ErrorEvent, PromiseRejectionEvent };
})
