// SPDX-License-Identifier: MIT
//
// The module "entmoot:test" (priv/types/test.d.ts) under `entmoot test`. It runs in the test's own heap; its functions
// are calls of the stage's handlers (testing/stage.hpp). The runner calls the two entry functions at the end.

const { call } = Beam;
const tests = [];

const register = (mode, name, body) => {
  if (typeof name !== 'string' || typeof body !== 'function') {
    throw new TypeError('test() takes a name and a function: test("a behaviour", async () => { … })');
  }
  if (tests.some((other) => other.name === name)) throw new Error(`two tests have the name "${name}"`);
  tests.push({ name, body, mode });
};

// "%s", "%d" and "%j" stand for the next argument, "$name" for a property of the first one.
const named = (name, args) => {
  let next = 0;
  return name.replace(/%%|%[sdj]|\$(\w+)/g, (mark, property) => {
    if (mark === '%%') return '%';
    if (property !== undefined) {
      const first = args[0];
      return typeof first === 'object' && first !== null && property in first ? String(first[property]) : mark;
    }
    if (next >= args.length) return mark;
    const value = args[next++];
    return mark === '%j' ? JSON.stringify(value) : mark === '%d' ? String(Number(value)) : String(value);
  });
};
const eachIn = (mode) => (rows) => (name, body) => {
  if (!Array.isArray(rows)) throw new TypeError('test.each() takes a list: test.each([[1, 2], [3, 4]])("%d and %d", (a, b) => { … })');
  rows.forEach((row, index) => {
    const args = Array.isArray(row) ? row : [row];
    const full = named(name, args);
    const unique = tests.some((other) => other.name === full) ? `${full} (${index + 1})` : full;
    register(mode, unique, typeof body === 'function' ? () => body(...args) : body);
  });
};

export const test = Object.assign((name, body) => register('run', name, body), {
  each: eachIn('run'),
  only: Object.assign((name, body) => register('only', name, body), { each: eachIn('only') }),
  skip: Object.assign((name, body) => register('skip', name, body), { each: eachIn('skip') }),
});

const before = [];
const after = [];
const hook = (hooks, name) => (body) => {
  if (typeof body !== 'function') throw new TypeError(`${name}() takes a function`);
  hooks.push(body);
};
export const beforeEach = hook(before, 'beforeEach');
export const afterEach = hook(after, 'afterEach');

// --- calls of the stage

/** Calls the stage. An error has the stack of the test's call, not of the answer's arrival. */
function ask(what, ...args) {
  const asked = new Error();
  return call(`entmoot:test.${what}`, ...args).catch((error) => {
    throw moved(new Error(error.message), asked);
  });
}
function moved(error, asked) {
  const value = asked.stack.split('\n').filter((line) => !line.includes('entmoot:test:')).join('\n');
  Object.defineProperty(error, 'stack', { value, writable: true, configurable: true });
  return error;
}

const bytesOf = (payload) => {
  if (payload instanceof ArrayBuffer) return new Uint8Array(payload);
  return ArrayBuffer.isView(payload) ? new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength) : null;
};
const outgoing = (payload) => {
  const bytes = bytesOf(payload);
  return bytes === null ? [payload ?? {}, false] : [bytes.toBase64(), true];
};
// A payload is an object; binary payloads arrive as base64 strings.
const incoming = (payload) => (typeof payload === 'string' ? Uint8Array.fromBase64(payload) : payload);

/** The response; throws an error with the reason of an "error" reply. */
function accepted({ status, response }, asked) {
  if (status === 'ok') return incoming(response);
  const reason = typeof response?.reason === 'string' ? response.reason : JSON.stringify(response);
  const error = moved(new Error(reason), asked);
  error.response = incoming(response);
  throw error;
}

// --- clients

export async function join(topic, params, options = {}) {
  const asked = new Error();
  const { client, answer } = await ask('join', topic, ...outgoing(params), options);
  return new TestClient(topic, client, accepted(answer, asked));
}

export const sign = (data) => ask('sign', data);

class TestClient {
  #number;
  constructor(topic, number, joined) {
    this.topic = topic;
    this.#number = number;
    this.joined = joined;
  }
  async push(event, payload) {
    const asked = new Error();
    return accepted(await ask('push', this.#number, event, ...outgoing(payload)), asked);
  }
  async next(event, { within = 2000 } = {}) {
    return incoming(await ask('next', this.#number, event, within));
  }
  async nothing(event = null) {
    await ask('nothing', this.#number, event);
  }
  async leave() {
    const asked = new Error();
    accepted(await ask('leave', this.#number), asked);
  }
  async disconnect() {
    await ask('disconnect', this.#number);
  }
}

// --- rooms

export async function send(topic, message) {
  await ask('send', topic, message);
}
export async function kill(topic) {
  await ask('kill', topic);
}
export async function reload() {
  await ask('reload');
}
export async function rest() {
  await ask('rest');
}
export async function advance(milliseconds) {
  if (typeof milliseconds !== 'number' || !(milliseconds >= 0 && milliseconds <= 366 * 86_400_000)) {
    throw new TypeError('advance() takes a time in milliseconds, at most 366 days');
  }
  await ask('advance', milliseconds);
}
export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export async function request(path, init = {}) {
  if (typeof path !== 'string' || path[0] !== '/') throw new TypeError('request() takes a path that begins with "/", such as "/api/rooms/lobby"');
  const sent = new Request(`http://localhost${path}`, init);
  const body = (await sent.bytes()).toBase64();
  const answer = await ask('request', { method: sent.method, path, headers: [...sent.headers], body });
  const empty = answer.status === 204 || answer.status === 304;
  return new Response(empty ? null : Uint8Array.fromBase64(answer.body), { status: answer.status, headers: answer.headers });
}

// --- fetch

let answering = null; // of the current test

export function onFetch(answer) {
  if (typeof answer !== 'function') throw new TypeError('onFetch() takes a function: onFetch((request) => Response.json({ … }))');
  const first = answering === null;
  answering = answer;
  if (first) serveFetches();
}
async function serveFetches() {
  for (;;) {
    let fetched;
    try {
      fetched = await call('entmoot:test.fetched');
    } catch {
      return; // the test is over
    }
    answerFetch(fetched).catch(() => {});
  }
}
async function answerFetch({ id, asked: [asked] }) {
  try {
    const { url, method, headers, text, base64 } = asked;
    const body = text ?? (base64 === undefined ? undefined : Uint8Array.fromBase64(base64));
    const response = await answering(new Request(url, { method, headers, body }));
    if (!(response instanceof Response)) throw new TypeError('the function of onFetch() must return a Response');
    const { status, statusText } = response;
    const sent = { status, statusText, headers: [...response.headers], url, redirected: false, base64: (await response.bytes()).toBase64() };
    await call('entmoot:test.answer', id, sent);
  } catch (error) {
    await call('entmoot:test.fail', id, error instanceof Error ? error.message : String(error));
  }
}

// --- assertions

class Difference extends Error {}

const lineMax = 80; // longer JSON is shown on several lines

const sorted = (value) => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
};
/** The value as JSON, with sorted keys; values that JSON cannot represent, such as undefined, differ from null. */
const shown = (value) => {
  const json = JSON.stringify(value);
  if (json === undefined) return String(value);
  const tree = sorted(JSON.parse(json));
  const line = JSON.stringify(tree);
  return line.length <= lineMax ? line : JSON.stringify(tree, null, 2);
};

export function equal(actual, expected, message) {
  const [a, b] = [shown(actual), shown(expected)];
  if (a === b) return;
  throw Object.assign(new Difference(message ?? 'the values are not equal'), { actual: a, expected: b });
}

export async function rejects(promise) {
  const asked = new Error();
  let value;
  try {
    value = await promise;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw moved(new Error(`expected a rejection; the promise was fulfilled with ${shown(value)}`), asked);
}

// --- for the runner

// "at words (rooms/chat.ts:50:30)". Frames of this module and of the engine are removed.
const foreign = /entmoot:test|\(native\)|<null>/;
const frames = (stack) =>
  String(stack ?? '')
    .split('\n')
    .map((line) => line.trim().replace(/^at <anonymous> \((.*)\)$/, 'at $1'))
    .filter((line) => line !== '' && !foreign.test(line));

function failure(error) {
  if (!(error instanceof Error)) return { ok: false, message: `thrown: ${shown(error)}`, stack: [] };
  const named = error instanceof Difference || error.name === 'Error' ? '' : `${error.name}: `;
  return { ok: false, message: named + error.message, stack: frames(error.stack), actual: error.actual, expected: error.expected };
}

const entry = (name, value) => Object.defineProperty(globalThis, name, { value, enumerable: false });

entry('entmoot:test.list', () => {
  const chosen = tests.some(({ mode }) => mode === 'only');
  return tests.map(({ name, mode }) => ({ name, skipped: mode === 'skip' || (chosen && mode !== 'only') }));
});
entry('entmoot:test.run', async (index) => {
  answering = null;
  let outcome = { ok: true };
  const attempt = async (body) => {
    try {
      await body();
    } catch (error) {
      if (outcome.ok) outcome = failure(error);
    }
  };
  for (const body of before) await attempt(body);
  if (outcome.ok) await attempt(tests[index].body);
  for (const body of after) await attempt(body);
  return outcome;
});
