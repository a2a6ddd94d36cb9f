// SPDX-License-Identifier: MIT
//
// Kills a server with durable rooms again and again, while clients talk to it, and checks after each start that the rooms
// have what anybody has seen of them, once and in order. member.mjs says what a client does, account.mjs what is checked.
//
//   node tests/durable/durable.mjs [CYCLES [SEED]] [--short] [--plant lost|doubled|order]
//
// A cycle is a process of the server, from its start to its end. --plant is for those who change this test: the run then
// tells a lie about a room now and then, which the report must find.

import { setImmediate, setTimeout as after } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Tally, listed } from "../chaos/figures.mjs";
import { Random } from "../chaos/random.mjs";
import { Account, overdue, unfinished } from "./account.mjs";
import { Faults } from "./faults.mjs";
import { Client } from "./member.mjs";
import { Server } from "./server.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { short: { type: "boolean", default: false }, plant: { type: "string" } },
});
const cycles = Number(positionals[0] ?? 200);
const seed = Number(positionals[1] ?? Math.floor(Math.random() * 2 ** 31));
if (!(cycles > 0) || !Number.isInteger(seed) || ![undefined, "lost", "doubled", "order"].includes(values.plant)) {
  console.error("usage: durable.mjs [CYCLES [SEED]] [--short] [--plant lost|doubled|order]");
  process.exit(2);
}
const SHORT_ENDS_S = 85; // --short: whatever the machine has managed by then.
const JOINED_WITHIN_MS = 15000;
const HAPPENS_WITHIN_MS = 5000;
const REPORT_WITHIN_MS = 10000;
const RETIRES_AFTER = 10; // Reports: a journal that grows without end takes ever longer to replay.
const ROOMS = ["durable", "durable", "durable", "relaxed"];
const CLIENTS = ["websocket", "longpoll", "websocket", "longpoll"];
// How a process ends, and how often.
const ENDS = { talk: 7, flood: 6, recovery: 4, start: 2, term: 2 };

const random = new Random(seed);
const faults = new Faults();
const kinds = Object.entries(ENDS).flatMap(([kind, share]) => Array(share).fill(kind));
const ends = new Tally();
const ended = new Set(); // Processes that had SIGTERM.
const joinTimes = [];

const server = await Server.create();
faults.when = () => `process ${server.number}`;
const accounts = new Map(); // topic → Account, also of rooms that are over
const rooms = []; // the topics that are in use
const world = {
  url: server.url,
  folder: server.folder,
  random: random.fork("clients"),
  faults,
  refused: new Tally(),
  serverProcess: () => server.number,
  topics: () => rooms.filter((topic) => topic.startsWith("durable:")),
  accountOf(topic) {
    if (!accounts.has(topic)) accounts.set(topic, new Account(topic, faults));
    return accounts.get(topic);
  },
};
const clients = [];

let made = 0;
const newRoom = (kind) => `${kind}:${++made}`;
/** Each client is in half of the rooms, and in each room there are clients of both transports. */
const isIn = (client, room) => (Math.floor(client / 2) + room) % 2 === 0;

// --- reports

function lie(report) {
  const { entries } = report;
  if (values.plant === undefined || entries.length < 10 || server.number % 7 !== 3) return report;
  if (values.plant === "lost") entries.splice(5, 1);
  if (values.plant === "doubled") entries.splice(5, 0, entries[4]);
  if (values.plant === "order") entries.splice(4, 2, entries[5], entries[4]);
  return report;
}

/** The room's report, which is checked; an error if the server ends meanwhile. `method` POST frees what is held. */
async function reportOf(topic, method = "GET") {
  const account = world.accountOf(topic);
  const { number } = server;
  const from = account.from(number);
  const { sightings } = account;
  const url = `${server.url}/${topic.replace(":", "/")}?from=${from}`;
  const response = await fetch(url, { method, signal: AbortSignal.timeout(REPORT_WITHIN_MS) });
  if (response.status !== 200) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  const report = lie(await response.json());
  account.check(report, number, sightings, ended);
  if (!account.relaxed || values.plant === undefined) seeInfos(report);
  return report;
}

/** What another room has been told: its sender has it, or has it no more if it is relaxed. */
function seeInfos({ infos }) {
  const seen = new Set();
  for (const { topic, ...entry } of infos) {
    const key = `${topic} ${entry.total}`;
    if (seen.has(key)) faults.add("doubled", `a message of ${topic} about ${entry.total}`);
    seen.add(key);
    const account = world.accountOf(topic);
    if (!account.relaxed && !account.told?.has(key)) {
      (account.told ??= new Set()).add(key);
      account.saw({ ...entry, by: "a message to another room" });
    }
  }
}

async function until(condition, withinMs, what) {
  const end = performance.now() + withinMs;
  while (!condition()) {
    if (!server.running) throw new Error(`the server has ended\n${server.log.tail}`);
    if (performance.now() > end) throw new Error(`${what} took more than ${withinMs} ms`);
    await after(3);
  }
}

/** What is overdue in any room must happen soon. */
async function expectOverdue(topic) {
  const end = performance.now() + HAPPENS_WITHIN_MS;
  for (let report = await reportOf(topic); ; report = await reportOf(topic)) {
    const before = report.now;
    const late = overdue(report).filter(({ due }) => due < before);
    if (late.length === 0) return;
    if (performance.now() > end) return faults.add("did not happen", `${topic}: ${JSON.stringify(late.slice(0, 3))}`);
    await after(20);
  }
}

// --- a cycle

let talking = true;
async function talk(client) {
  await after(client.random.between(0, 10));
  while (talking) {
    for (const member of client.members.values()) member.talk(client.random.between(1, 3));
    await after(client.random.between(2, 14));
  }
}

const members = () => clients.flatMap((client) => [...client.members.values()]);

function flood() {
  for (const member of members()) member.talk(random.between(20, 60));
}

/** A room that has had enough reports ends its life: its clients leave, and all that it has begun must come to its end. */
async function retire(at) {
  const topic = rooms[at];
  const inside = clients.filter((client) => client.members.has(topic));
  await Promise.all(inside.map((client) => client.leave(topic)));
  const end = performance.now() + HAPPENS_WITHIN_MS;
  let report;
  do {
    report = await reportOf(topic, "POST"); // Frees what is held.
    await after(20);
    // A client has its reply to the leave before the room knows of it.
  } while ((unfinished(report).length > 0 || report.clients.length > 0) && performance.now() < end);
  if (report.held > 0) faults.add("held", `${topic}: ${report.held}`);
  for (const each of unfinished(report)) faults.add("did not happen", `${topic}, at its end: ${JSON.stringify(each)}`);
  if (report.clients.length > 0) faults.add("still there", `${topic}: ${report.clients} after all have left`);
  rooms[at] = newRoom(topic.split(":")[0]);
  for (const client of inside) client.enter(rooms[at]);
}

/** Waits until all is there again, and checks it. */
async function settle() {
  const began = performance.now();
  await until(() => members().every((member) => member.joined), JOINED_WITHIN_MS, "joining again");
  joinTimes.push(performance.now() - began);
  await Promise.all(rooms.map((topic) => reportOf(topic)));
}

/** Ends the process at some moment. */
const cycleOf = {
  async talk(ready) {
    await ready;
    await settle();
    await Promise.all(rooms.map(expectOverdue));
    const old = rooms.findIndex((topic) => world.accountOf(topic).checked >= RETIRES_AFTER);
    if (old >= 0) await retire(old);
    await after(random.between(0, 80));
    await server.end("SIGKILL");
  },
  async flood(ready) {
    await ready;
    await settle();
    await after(random.between(0, 30));
    flood();
    await after(random.between(0, 12));
    await server.end("SIGKILL");
  },
  async recovery(ready) {
    await ready;
    await after(random.between(0, 70));
    await server.end("SIGKILL");
  },
  async start() {
    await after(random.between(0, 80));
    await server.end("SIGKILL");
  },
  async term(ready) {
    await ready;
    if (random.next() < 0.7) await settle();
    if (random.next() < 0.5) flood();
    await after(random.between(0, 30));
    ended.add(server.number);
    const exit = server.end("SIGTERM");
    if (random.next() < 0.6) {
      await after(random.between(0, 25));
      server.signal("SIGKILL");
      await exit;
    } else {
      const how = await Promise.race([exit, after(15000, "nothing: it did not end within 15 s")]);
      if (how !== 0) faults.add("SIGTERM", `the server ended with ${how}`);
    }
  },
};

/** No client believes that it is connected to the process that has ended. */
async function noticed() {
  await setImmediate();
  await soon(() => clients.every((client) => !client.connected));
  for (const member of members()) member.lost();
}
async function soon(condition) {
  for (const end = performance.now() + 300; !condition() && performance.now() < end; ) await after(1);
}

async function run() {
  for (const kind of ROOMS) rooms.push(newRoom(kind));
  const began = performance.now();
  let done = 0;
  let talks = [];
  try {
    for (; done < cycles; ++done) {
      if (values.short && performance.now() - began > SHORT_ENDS_S * 1000) break;
      const kind = done === 0 ? "talk" : random.pick(kinds);
      const ready = server.start();
      if (done === 0) {
        await ready;
        CLIENTS.forEach((transport, at) => clients.push(new Client(`${transport}-${at}`, transport, world)));
        clients.forEach((client, at) => rooms.forEach((topic, room) => isIn(at, room) && client.enter(topic)));
        talks = clients.map(talk);
      }
      await cycleOf[kind](ready);
      ends.add(kind);
      await noticed();
      if (process.stderr.isTTY) process.stderr.write(`\rcycle ${done + 1} `);
    }
    // Once more, to see what the last process has left.
    await server.start();
    await settle();
    await Promise.all(rooms.map(expectOverdue));
  } catch (error) {
    faults.add("the run", `${error.stack}${error.cause ? `\n${error.cause}` : ""}\n${server.log.tail}`);
  }
  talking = false;
  await Promise.all(talks);
  for (const client of clients) client.close();
  await server.end("SIGTERM");
  for (const line of server.complaints) faults.add("the server's log", line);
  return { done, seconds: (performance.now() - began) / 1000 };
}

console.log(`seed ${seed}`);
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1)); // Ends the server, too.
const { done, seconds } = await run();
const sum = (of) => [...accounts.values()].reduce((all, account) => all + account[of], 0);
for (const example of faults.examples) console.log(example);
if (faults.total > 0) {
  server.keep();
  console.log(`faults: ${listed(Object.fromEntries(faults.counts))}; the ledgers and the data are in ${server.folder}`);
}
joinTimes.sort((a, b) => a - b);
console.log(
  `ends: ${listed(ends.counts)}; rooms ${accounts.size}, reports ${sum("checked")}, refused: ${listed(world.refused.counts)}; ` +
    `all joined again after ${joinTimes[joinTimes.length >> 1]?.toFixed(0)} ms (median), ${joinTimes.at(-1)?.toFixed(0)} ms (longest)`,
);
console.log(
  `${done} cycles, ${sum("acknowledged")} acknowledged inputs, ${faults.of("lost")} lost, ${faults.of("doubled")} doubled, ` +
    `${faults.of("out of order")} out of order, ${faults.total} faults in all, ${seconds.toFixed(0)} s, seed ${seed}`,
);
console.log(`${done} passed, ${faults.total} failed`);
process.exit(faults.total === 0 ? 0 : 1);
