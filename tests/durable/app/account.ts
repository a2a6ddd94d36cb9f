// SPDX-License-Identifier: MIT
//
// A room that keeps account of all its inputs, in one list and in as many other ways as a script can keep state: in
// closures, generators, private fields, a Map with objects as keys, room.history; in timers, intervals, promises that are
// pending and async functions that wait. A report gives the list and all these views of it, so that the driver can compare
// them (tests/durable/account.mjs).

interface Input {
  number: number;
  attempt: number;
  ms?: number;
  to?: string;
}
interface Entry extends Input {
  client: string;
  kind: string;
  tag: number; // Random: the same only if it is the same turn.
}

const list: Entry[] = [];
const hashes: number[] = [0]; // Of the list's first n entries.

function hashed(hash: number, { client, number, attempt, tag }: Entry) {
  for (const letter of `${client} ${number} ${attempt} ${tag}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  return hash >>> 0;
}

// --- the views

const closure = (() => {
  let total = 0;
  const of: Record<string, number> = {};
  return {
    add(name: string) {
      total += 1;
      of[name] = (of[name] ?? 0) + 1;
    },
    view: () => ({ total, of: { ...of } }),
  };
})();

const sums = (function* (): Generator<number, never, number> {
  let sum = 0;
  for (;;) sum += yield sum;
})();
sums.next();
let sum = 0;

const asyncSums = (async function* (): AsyncGenerator<number, never, number> {
  let sum = 0;
  for (;;) {
    await null;
    sum += yield sum;
  }
})();
asyncSums.next();
let asyncSum = 0;

const keys = new Map<string, object>();
const byKey = new Map<object, number>();
const weakly = new WeakMap<object, number>();

class Account {
  static #accounts = 0;
  #total = 0;
  #last: Record<string, number> = {};
  constructor() {
    Account.#accounts += 1;
  }
  add(name: string, number: number) {
    this.#total += 1;
    this.#last[name] = number;
  }
  get view() {
    return { total: this.#total, last: this.#last, accounts: Account.#accounts };
  }
}
const account = new Account();

function keep(kind: string, { number, attempt }: Input, client: string): Entry {
  const entry: Entry = { client, number, attempt, kind, tag: Math.random() };
  list.push(entry);
  hashes.push(hashed(hashes.at(-1)!, entry));
  closure.add(client);
  sum = sums.next(number).value;
  asyncSums.next(number).then(({ value }) => void (asyncSum = value));
  let key = keys.get(client);
  if (key === undefined) keys.set(client, (key = { client }));
  byKey.set(key, (byKey.get(key) ?? 0) + 1);
  weakly.set(key, byKey.get(key)!);
  account.add(client, number);
  room.history.push({ client, number });
  return entry;
}

// --- what goes on after the turn

interface Later {
  kind: string;
  due: number;
  times: number; // How often it has happened.
  of: number; // How often it has to.
  early?: boolean;
}
const later: Later[] = [];

function expect(kind: string, ms: number, of = 1): Later {
  const expected = { kind, due: Date.now() + ms, times: 0, of };
  later.push(expected);
  return expected;
}

function happened(expected: Later) {
  expected.times += 1;
  if (Date.now() < expected.due) expected.early = true;
}

const sleep = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms));

async function wait(ms: number) {
  const expected = expect("wait", ms);
  await sleep(ms / 2);
  try {
    await Promise.all([sleep(ms / 2), Promise.resolve(1)]);
  } finally {
    happened(expected);
  }
}

const held: (() => void)[] = [];

async function hold() {
  const expected = expect("hold", 0);
  await new Promise<void>((resolve) => void held.push(resolve));
  happened(expected);
}

function tick(ms: number, of: number) {
  const expected = expect("interval", ms * of, of);
  expected.due = 0; // It may be late and catch up, so that only their number is exact.
  const interval = setInterval(() => {
    happened(expected);
    if (expected.times === of) clearInterval(interval);
  }, ms);
}

const infos: unknown[] = [];
export function handleInfo(message: unknown) {
  infos.push(message);
}

// --- clients

const joins: [id: string, name: string, serverProcess: number][] = [];
const ends: [id: string, reason: string][] = [];

interface Joining {
  name: string;
  serverProcess: number;
  slow: boolean;
}
export async function join({ name, serverProcess, slow }: Joining, client: Client) {
  client.assigns = { name };
  joins.push([client.id, name, serverProcess]);
  room.presence.track(client, client.id, { name });
  if (slow) await sleep(3);
  const has = list.filter((entry) => entry.client === name).map(({ number }) => number);
  return { id: client.id, total: list.length, has };
}

export function terminate(reason: string, client: Client) {
  ends.push([client.id, reason]);
}

export function handleIn(kind: string, payload: Input | Uint8Array, client: Client) {
  const bytes = payload instanceof Uint8Array;
  const input: Input = bytes ? JSON.parse(new TextDecoder().decode(payload)) : payload;
  if (kind === "crash") for (;;); // The room goes back to the state before this message.
  const entry = keep(kind, input, client.assigns.name as string);
  const answer = { total: list.length, tag: entry.tag, hash: hashes.at(-1) };
  room.broadcast("said", { ...answer, client: entry.client, number: entry.number, attempt: entry.attempt });
  const ms = input.ms ?? 0;
  switch (kind) {
    case "timer": {
      const expected = expect("timer", ms);
      setTimeout(() => happened(expected), ms);
      return answer;
    }
    case "interval":
      tick(ms, 4);
      return answer;
    case "wait":
      return wait(ms).then(() => answer);
    case "later": {
      const reply = client.replyLater();
      const expected = expect("later", ms);
      setTimeout(() => {
        happened(expected);
        reply.ok(answer);
      }, ms);
      return;
    }
    case "hold":
      return hold().then(() => answer);
    case "free":
      held.shift()?.();
      return answer;
    case "send":
      room.send(input.to!, { topic: room.topic, ...answer, client: entry.client, number: entry.number, attempt: entry.attempt });
      return answer;
    case "throw": // Nothing is sent, but what was kept is kept.
      throw new Error(JSON.stringify(answer));
    case "bytes":
      if (!bytes) throw new Error("bytes are not bytes");
      return answer;
    default:
      return answer;
  }
}

// --- the report

export function handleRequest(request: Request) {
  if (request.method === "POST") while (held.length > 0) held.shift()!();
  const from = Math.min(Number(new URL(request.url).searchParams.get("from") ?? 0), list.length);
  return Response.json({
    now: Date.now(),
    total: list.length,
    from,
    hashFrom: hashes[from],
    hash: hashes.at(-1),
    entries: list.slice(from).map(({ client, number, attempt, kind, tag }) => [client, number, attempt, kind, tag]),
    views: {
      closure: closure.view(),
      sum,
      asyncSum,
      byKey: [...byKey].map(([key, count]) => [(key as { client: string }).client, count, weakly.get(key)]),
      account: account.view,
      history: { length: room.history.length, last: room.history.last(20) },
    },
    later,
    held: held.length,
    joins,
    ends,
    infos,
    clients: room.clients.map(({ id }) => id),
    present: Object.keys(room.presence.list()),
  });
}
