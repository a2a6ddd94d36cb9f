// SPDX-License-Identifier: MIT
//
// The script's `room`, and the calls from the server to the functions that the script exports. Evaluated once, into
// the template heap, after prelude.js and under its rules: globals that are used later are captured now, and nothing
// depends on an address.
//
// The server's entries have names that no export can have ("entmoot:join", rooms/room_entries.hpp). A client is
// named by its number; the Client objects that the script sees are made here. Their actions go out through
// `host.command` (rooms/room_command.hpp) and are held until the turn has succeeded. The host writes the JSON of their
// payloads.
(function (host, prelude) {
  'use strict';

  const { entries, exported, exportedNames, write, Binary, succeed, refuse, reject: failCall, refusals } = prelude;
  const { parse } = JSON;
  const { apply } = Reflect;
  const { freeze, defineProperty, keys } = Object;
  const { isArray } = Array;
  const { push, splice, indexOf, slice } = Array.prototype;
  const { set: put, get, delete: remove } = Map.prototype;
  const { forEach: eachEntry } = Map.prototype;
  const { add: park, delete: unpark, forEach: each } = Set.prototype;
  const { exec } = RegExp.prototype;
  const ErrorConstructor = Error;
  const TypeErrorConstructor = TypeError;
  const Bytes = Uint8Array;
  const RangeErrorConstructor = RangeError;
  const PromiseConstructor = Promise;
  const { then } = Promise.prototype;
  const now = Date.now;
  const text = String;
  const { toWellFormed } = String.prototype;

  const callFunction = (name, args) => apply(exported(name), undefined, args);
  const isExported = (name) => typeof exported(name) === 'function';
  const isPromise = (value) => typeof value === 'object' && value !== null && value instanceof PromiseConstructor;

  // --- payloads

  /** The JSON text or the bytes of a payload that does not go through a command. */
  const outgoing = (payload, what) => {
    if (payload === undefined) return '{}';
    if (host.isBytes(payload)) return payload;
    const json = write(payload);
    if (json[0] !== '{') throw new TypeErrorConstructor(`${what} must be an object or bytes (an ArrayBuffer, or a view of one), not ${kindOf(payload)}`);
    return json;
  };
  const kindOf = (value) => {
    if (value === null || value === undefined) return value === null ? 'null' : 'undefined';
    return isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
  };

  /** The result of the call for the value that a handler returned. */
  const response = (value, name) => {
    if (value === undefined || value === null) return {};
    if (host.isBytes(value)) return new Binary(value);
    if (typeof value !== 'object' || isArray(value)) {
      throw new TypeErrorConstructor(`${name} returned ${kindOf(value)}: a reply must be an object, for example {messages: […]}, or bytes (an ArrayBuffer, or a view of one)`);
    }
    return value;
  };

  // --- refusals

  const reasonOf = (reason) => (reason === undefined ? 'refused' : apply(toWellFormed, text(reason), []));

  /** What a script throws to decline a join, a message or a request: not a failure of the room. */
  class Refusal extends ErrorConstructor {
    #reason;
    #details;
    constructor(reason, details) {
      const why = reasonOf(reason);
      super(why);
      if (details !== undefined && (typeof details !== 'object' || details === null || isArray(details) || host.isBytes(details))) {
        throw new TypeErrorConstructor(`the details of a Refusal must be an object, not ${kindOf(details)}`);
      }
      this.#reason = why;
      this.#details = details;
    }
    get reason() {
      return this.#reason;
    }
    get details() {
      return this.#details;
    }
    static response(error) {
      if (typeof error !== 'object' || error === null || !(#reason in error)) return undefined;
      const { reason, details } = { reason: error.#reason, details: error.#details };
      let json;
      try {
        json = write({ reason, ...details });
      } catch (problem) {
        throw new TypeErrorConstructor(`the details of the Refusal "${reason}" cannot be sent as JSON`, { cause: problem });
      }
      if (json[0] !== '{') throw new TypeErrorConstructor(`the details of the Refusal "${reason}" have a toJSON that returns ${kindOf(parse(json))}`);
      return json;
    }
  }
  refusals.responseOf = Refusal.response;
  delete Refusal.response;
  refusals.names['entmoot:join'] = refusals.names['entmoot:call'] = refusals.names['entmoot:request'] = true;
  defineProperty(Refusal.prototype, 'name', { value: 'Refusal', writable: true, enumerable: false, configurable: true });
  defineProperty(globalThis, 'Refusal', { value: Refusal, writable: true, enumerable: false, configurable: true });

  // --- clients

  /** Gives a collection of ours its own methods, which the script cannot replace as it could those of the prototype. */
  const own = (collection, methods) => {
    const names = keys(methods);
    for (let i = 0; i < names.length; i++) defineProperty(collection, names[i], { value: methods[names[i]] });
    return collection;
  };
  const clients = own(new Map(), { get, set: put, delete: remove, forEach: eachEntry }); // by number, joining ones included
  const joined = own([], { push, splice, indexOf });
  const parked = own(new Set(), { add: park, delete: unpark, forEach: each }); // messages whose handleIn has returned and whose reply is pending
  let deferred = null; // the last message that is answered by a Reply: {client, call, reply, given}

  /** Answers the message's call, in order with the room's other messages. Only the first answer counts. */
  const give = (message, answer, value) => {
    if (message.given) return;
    message.given = true;
    parked.delete(message);
    answer(message.call, value);
  };

  const known = (client) => {
    if (!(client instanceof Client)) throw new TypeErrorConstructor('expected a client of this room');
    return client;
  };

  class Client {
    #number;
    #params;
    #gone = '';
    #joining = true;
    assigns;

    /** `params` and `assigns` are JSON texts. */
    constructor(number, params, assigns) {
      this.#number = number;
      this.#params = params;
      this.assigns = assigns === '{}' ? {} : parse(assigns);
    }
    get id() {
      return text(this.#number);
    }
    get params() {
      if (typeof this.#params === 'string') this.#params = freeze(parse(this.#params)); // most rooms never ask
      return this.#params;
    }
    push(event, payload) {
      host.command('push', this.#number, text(event), payload);
    }
    replyLater() {
      const call = host.defer(this.#number);
      if (call === undefined) {
        throw new ErrorConstructor('replyLater() must be called while handleIn runs for a message of this client');
      }
      if (deferred !== null && deferred.call === call) throw new ErrorConstructor('replyLater() was already called for this message');
      const message = { client: this, call, reply: null, given: false };
      deferred = message;
      const fail = (error) => give(message, failCall, error);
      const succeedWith = (payload) => {
        let result;
        try {
          result = response(payload, 'handleIn');
        } catch (error) {
          return fail(error);
        }
        give(message, succeed, result);
      };
      message.reply = freeze({
        ok: (payload) => void followed(payload, succeedWith, fail),
        error: (payload) => {
          const response = payload === undefined || typeof payload === 'string' ? { reason: reasonOf(payload) } : payload;
          give(message, refuse, outgoing(response, 'the response of reply.error()'));
        },
      });
      return message.reply;
    }
    leave() {
      host.command('leave', this.#number);
    }
    disconnect() {
      host.command('disconnect', this.#number);
    }
    toJSON() {
      return { id: this.id, params: this.params, assigns: this.assigns };
    }

    // For this file only; removed from the class below, as # names are private to it.
    static enter(client) {
      client.#joining = false;
      joined.push(client);
    }
    static leaves(client, reason) {
      client.#gone = reason;
      return client.#joining;
    }
    static gone(client) {
      return client.#gone;
    }
    static numberOf(client) {
      return client.#number;
    }
  }
  const { enter, leaves, gone, numberOf } = Client;
  delete Client.numberOf;
  delete Client.enter;
  delete Client.leaves;
  delete Client.gone;

  const forget = (number, client) => {
    clients.delete(number);
    const at = joined.indexOf(client);
    if (at >= 0) joined.splice(at, 1);
  };
  /** Calls `next` with `value`, or with what it resolves to if it is a promise. */
  const followed = (value, next, failed) => {
    if (isPromise(value)) return apply(then, value, [next, failed]);
    return next(value);
  };

  const accept = (client, number, value) => {
    const reply = response(value, 'join');
    const left = gone(client);
    if (left !== '') {
      leave(client, left);
      return reply; // not delivered: the client has left
    }
    enter(client);
    host.command('joined', number);
    return reply;
  };
  entries['entmoot:join'] = (number, params, assigns, payload) => {
    const client = new Client(number, params, assigns);
    clients.set(number, client);
    const join = exported('join');
    let value;
    try {
      if (typeof join === 'function') value = join(payload, client);
      if (!isPromise(value)) return accept(client, number, value);
    } catch (error) {
      forget(number, client);
      throw error;
    }
    const refused = (error) => {
      forget(number, client);
      throw error;
    };
    return apply(then, apply(then, value, [(reply) => accept(client, number, reply)]), [undefined, refused]);
  };

  // The result is not awaited: a rejected promise is an unhandled rejection.
  const leave = (client, reason) => {
    const terminate = exported('terminate');
    if (typeof terminate === 'function') terminate(reason, client);
  };
  entries['entmoot:leave'] = (number, reason) => {
    const client = clients.get(number);
    if (client === undefined) return;
    forget(number, client);
    // Its pending replies are discarded.
    parked.forEach((message) => message.client === client && parked.delete(message));
    if (!leaves(client, reason)) leave(client, reason); // a join in progress handles it at its end
  };

  // A client's message whose answer js/delivery.cpp does not give itself: `value` is what handleIn has returned.
  const respondWith = (call, value) => succeed(call, response(value, 'handleIn'));
  const respond = (call, value) => {
    try {
      if (deferred !== null && deferred.call === call) {
        // The handler's later result is not the reply, but an exception must not get lost.
        const message = deferred;
        const parkIt = () => {
          if (!message.given) parked.add(message);
        };
        if (isPromise(value)) apply(then, value, [parkIt, (error) => give(message, failCall, error)]);
        else parkIt();
      } else if (isPromise(value)) {
        apply(then, apply(then, value, [(result) => respondWith(call, result)]), [undefined, (error) => failCall(call, error)]);
      } else {
        respondWith(call, value);
      }
    } catch (error) {
      failCall(call, error);
    }
  };

  entries['entmoot:out'] = (number, event, payload) => {
    const client = clients.get(number);
    if (client === undefined) return;
    if (!isExported('handleOut')) return client.push(event, payload);
    return followed(callFunction('handleOut', [event, payload, client]), () => null);
  };

  entries['entmoot:info'] = (message) => {
    if (!isExported('handleInfo')) throw new ErrorConstructor('the room has no handleInfo');
    return followed(callFunction('handleInfo', [message]), () => null);
  };

  entries['entmoot:call'] = (message, from) => {
    if (!isExported('handleCall')) throw new ErrorConstructor('the room has no handleCall');
    const answered = (value) => {
      if (host.isBytes(value)) throw new TypeErrorConstructor('handleCall returned bytes: its answer must be JSON');
      return value;
    };
    return followed(callFunction('handleCall', [message, freeze({ from })]), answered);
  };

  // --- HTTP

  entries['entmoot:request'] = ({ method, url, headers, path, local, token }, body) => {
    if (!isExported('handleRequest')) throw new ErrorConstructor('the room has no handleRequest');
    const hasBody = method !== 'GET' && method !== 'HEAD';
    const request = new Request(url, { method, headers, body: hasBody ? body : undefined });
    const answer = (value) => {
      if (!(value instanceof Response)) throw new TypeErrorConstructor(`handleRequest returned ${kindOf(value)}, not a Response`);
      const fields = [];
      value.headers.forEach((content, name) => apply(push, fields, [[name, content]]));
      return apply(then, value.bytes(), [
        (bytes) => new Binary(bytes, { status: value.status, headers: fields }),
      ]);
    };
    return followed(callFunction('handleRequest', [request, freeze({ path, local, token: token ?? null })]), answer);
  };

  // --- the room

  let about = null;
  const facts = () => (about ??= parse(host.callSync('entmoot:room', '[]')));

  let presenceIsUsed = false; // also set in a turn that failed; the server has the exact state

  const metaOf = (meta) => {
    if (host.isBytes(meta)) throw new TypeErrorConstructor("a presence's meta must be an object, not bytes");
    return outgoing(meta, "a presence's meta");
  };
  const presence = freeze({
    __proto__: null,
    track(client, key, meta = {}) {
      host.command('track', numberOf(known(client)), text(key), metaOf(meta));
      presenceIsUsed = true;
    },
    untrack(client, key) {
      host.command('untrack', numberOf(known(client)), text(key));
    },
    list() {
      return parse(host.callSync('entmoot:presence', '[]'));
    },
  });

  // Entries are kept as JSON texts: their size is known, and the script cannot modify them.
  let kept = [];
  let bytes = 0;
  const prune = () => {
    const { entries: most, bytes: mostBytes, age } = facts().history;
    const oldest = now() - age;
    let gone = 0;
    while (gone < kept.length && (kept.length - gone > most || bytes > mostBytes || kept[gone].at < oldest)) {
      bytes -= kept[gone++].json.length;
    }
    if (gone > 0) apply(splice, kept, [0, gone]);
  };
  const history = freeze({
    __proto__: null,
    get length() {
      prune();
      return kept.length;
    },
    push(entry) {
      const json = write(entry);
      apply(push, kept, [{ at: now(), json }]);
      bytes += json.length;
      prune();
    },
    last(count = facts().history.replay) {
      prune();
      const some = apply(slice, kept, [count > 0 ? -count : kept.length]);
      const list = [];
      for (let i = 0; i < some.length; i++) apply(push, list, [parse(some[i].json)]);
      return list;
    },
    clear() {
      kept = [];
      bytes = 0;
    },
    *[Symbol.iterator]() {
      yield* history.last(kept.length);
    },
    toJSON() {
      return history.last();
    },
  });

  const { call: callServer, callSync: askServer } = Beam;
  const calledBack = ({ value, refusal }) => {
    if (refusal === undefined) return value;
    throw new Refusal(typeof refusal.reason === 'string' ? refusal.reason : undefined, refusal);
  };

  const room = freeze({
    __proto__: null,
    get topic() {
      return facts().topic;
    },
    get id() {
      return facts().id;
    },
    get clients() {
      return apply(slice, joined, []);
    },
    presence,
    history,
    broadcast: host.emitter('broadcast', (options) => (options?.except === undefined ? 0 : numberOf(known(options.except)))),
    send(topic, message, options) {
      host.command(options?.start === true ? 'sendStarting' : 'send', text(topic), write(message));
    },
    call(topic, message, { timeout = 5000 } = {}) {
      if (host.isBytes(message)) throw new TypeErrorConstructor('the message of room.call must be JSON, not bytes');
      if (!(+timeout >= 1 && +timeout <= 600_000)) {
        throw new RangeErrorConstructor('the timeout of room.call must be from 1 to 600000 milliseconds');
      }
      return apply(then, callServer('entmoot:call', text(topic), message, +timeout), [calledBack]);
    },
    stop(reason = 'stopped') {
      host.command('stop', text(reason));
    },
  });
  defineProperty(globalThis, 'room', { value: room, writable: true, enumerable: false, configurable: true });

  // --- tokens

  const tokens = freeze({
    __proto__: null,
    sign: (data, { maxAge = null } = {}) => askServer('entmoot:sign', data, maxAge),
    verify: (token) => askServer('entmoot:verify', text(token))[0] ?? null,
  });
  defineProperty(globalThis, 'tokens', { value: tokens, writable: true, enumerable: false, configurable: true });

  // --- reload and sleep

  entries['entmoot:serialize'] = () => {
    const pack = (state) => ({ state: state === undefined ? null : state, clients: joined, history: kept, presence: presenceIsUsed });
    return followed(isExported('serialize') ? callFunction('serialize', []) : null, pack);
  };
  /** Returns whether the script restored the state. */
  entries['entmoot:restore'] = (snapshot) => {
    for (let i = 0; i < snapshot.clients.length; i++) {
      const { id, params, assigns } = snapshot.clients[i];
      const client = new Client(+id, write(params), write(assigns));
      clients.set(+id, client);
      enter(client);
    }
    kept = snapshot.history;
    bytes = 0;
    for (let i = 0; i < kept.length; i++) bytes += kept[i].json.length;
    presenceIsUsed = snapshot.presence;
    if (presenceIsUsed) host.command('usePresence');
    if (!isExported('restore') || snapshot.state === null) return snapshot.state === null;
    return followed(callFunction('restore', [snapshot.state]), () => true);
  };

  /** The room's turns were taken again, in another process or after a crash. Clients that are not connected any more leave. */
  entries['entmoot:resumed'] = (present) => {
    const absent = [];
    clients.forEach((client, number) => {
      if (apply(indexOf, present, [number]) < 0) apply(push, absent, [number]);
    });
    let failed = null;
    for (let i = 0; i < absent.length; i++) {
      try {
        entries['entmoot:leave'](absent[i], 'closed');
      } catch (error) {
        failed ??= { error };
      }
    }
    if (failed !== null) throw failed.error;
    return null;
  };

  /** Another actor runs the room now: no message will arrive that a pending reply could wait for. */
  entries['entmoot:replaced'] = () => {
    parked.forEach((message) => message.reply.error('the room was reloaded, try again'));
    return null;
  };

  // --- inspection

  const known_exports = ['join', 'handleIn', 'handleInfo', 'handleCall', 'handleOut', 'terminate', 'handleRequest', 'serialize', 'restore'];
  entries['entmoot:describe'] = () => {
    const functions = [];
    for (let i = 0; i < known_exports.length; i++) {
      const value = exported(known_exports[i]);
      if (typeof value === 'function') apply(push, functions, [known_exports[i]]);
      else if (value !== undefined) throw new TypeErrorConstructor(`the export "${known_exports[i]}" must be a function, not ${kindOf(value)}`);
    }
    const { topic, intercept, path } = { topic: exported('topic'), intercept: exported('intercept'), path: exported('path') };
    if (topic !== undefined && typeof topic !== 'string') throw new TypeErrorConstructor('the export "topic" must be a string such as "room:*"');
    if (path !== undefined && typeof path !== 'string') throw new TypeErrorConstructor('the export "path" must be a string such as "/api/rooms/:id"');
    if (intercept !== undefined && !isArray(intercept)) throw new TypeErrorConstructor('the export "intercept" must be a list of events');
    return { topic: topic ?? null, path: path ?? null, intercept: intercept ?? [], functions, names: exportedNames(), known: known_exports };
  };

  // The default export, for a configuration file.
  entries['entmoot:default'] = () => {
    const value = exported('default');
    if (value === undefined) throw new ErrorConstructor('there is no `export default { … }`');
    return value;
  };

  const shown = (value, depth) => {
    if (typeof value === 'string') return write(value);
    if (typeof value === 'function') return `[function ${value.name || '(anonymous)'}]`;
    if (typeof value === 'bigint') return `${value}n`;
    if (typeof value !== 'object' || value === null) return text(value);
    if (value instanceof ErrorConstructor) return `${text(value)}\n${value.stack ?? ''}`;
    if (depth > 3) return isArray(value) ? '[…]' : '{…}';
    if (value instanceof Bytes) return `Uint8Array(${value.length})`;
    const inner = [];
    if (value instanceof Map || value instanceof Set) {
      value.forEach((item, key) => apply(push, inner, [value instanceof Map ? `${shown(key, depth + 1)} => ${shown(item, depth + 1)}` : shown(item, depth + 1)]));
      return `${value instanceof Map ? 'Map' : 'Set'}(${value.size}) {${joinTexts(inner)}}`;
    }
    if (value instanceof Date) return value.toISOString();
    if (isArray(value)) {
      for (let i = 0; i < value.length && i < 100; i++) apply(push, inner, [shown(value[i], depth + 1)]);
      if (value.length > 100) apply(push, inner, [`… ${value.length - 100} more`]);
      return `[${joinTexts(inner)}]`;
    }
    const names = keys(value);
    for (let i = 0; i < names.length && i < 100; i++) apply(push, inner, [`${names[i]}: ${shown(value[names[i]], depth + 1)}`]);
    if (names.length > 100) apply(push, inner, [`… ${names.length - 100} more`]);
    return `{${joinTexts(inner)}}`;
  };
  const joinTexts = (list) => {
    let all = '';
    for (let i = 0; i < list.length; i++) all += (i ? ', ' : '') + list[i];
    return all;
  };
  const awaits = /\bawait\b/;
  entries['entmoot:eval'] = (code) => {
    const evaluate = exported('__entmoot_eval');
    if (apply(exec, awaits, [code]) !== null) code = `(async () => (${code}\n))()`;
    return followed(evaluate(code), (value) => shown(value, 0));
  };

  return { receivers: clients, respond };
})
