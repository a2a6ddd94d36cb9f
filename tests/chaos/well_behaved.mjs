// SPDX-License-Identifier: MIT
//
// The process of the well-behaved clients. Every room has one member for each transport; every member sends a numbered
// message now and then and waits for the reply, without waiting for it before the next message. The Ledger of a room says
// what has arrived.

import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as after } from "node:timers/promises";
import { spread, Tally } from "./figures.mjs";
import { Ledger } from "./ledger.mjs";
import { answer, options } from "./process_of.mjs";
import { Random } from "./random.mjs";
import { transports } from "./transports.mjs";

const { url, seed, plant } = options;
const ROOMS = 6;
const EVERY_MS = 400; // Each member sends at this pace, on average.
const SETTLED_WITHIN_MS = 15000;

const random = new Random(seed).fork("well-behaved");
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
const latencies = { reply: {}, delivery: {} }; // transport → milliseconds
const replies = new Tally(); // status
const trouble = new Tally();
let unanswered = 0;

class Member {
  constructor(room, transport) {
    this.room = room;
    this.transport = transport;
    this.name = `${room.topic} ${transport}`;
    latencies.reply[transport] ??= [];
    latencies.delivery[transport] ??= [];
  }

  async join() {
    const hears = (event, payload) => event === "said" && this.#hears(payload);
    const suffers = (what) => trouble.add(`${this.transport}: ${what}`);
    this.connection = await transports[this.transport](url, this.room.topic, hears, suffers);
    this.room.ledger.addMember(this.name);
  }

  #hears(message) {
    if (plant === "lost" && message.number % 50 === 7) return;
    const ms = this.room.ledger.receives(this.name, message, performance.now());
    if (ms !== null) latencies.delivery[this.transport].push(ms);
  }

  async say() {
    const start = performance.now();
    const number = this.room.ledger.sends(this.name, start);
    const text = "ä".repeat(random.between(1, 400));
    unanswered += 1;
    const { status, response } = await this.connection.push("say", { sender: this.name, number, text });
    if (status === "gone") return void trouble.add(`no reply: ${JSON.stringify(response ?? "timeout")}`);
    unanswered -= 1;
    latencies.reply[this.transport].push(performance.now() - start);
    const expected = status === "ok" && response.number === number;
    replies.add(expected ? "as expected" : `${status} ${JSON.stringify(response)}`);
  }
}

const rooms = [];
const members = [];
for (let i = 0; i < ROOMS; ++i) {
  const room = { topic: `steady:${i}`, ledger: new Ledger(), members: [] };
  rooms.push(room);
  for (const transport of Object.keys(transports)) {
    const member = new Member(room, transport);
    room.members.push(member);
    members.push(member);
  }
}

let talking = false;
async function talk(member) {
  await after(random.between(0, EVERY_MS));
  while (talking) {
    member.say();
    await after(random.between(EVERY_MS / 2, (EVERY_MS * 3) / 2));
  }
}
let talks = [];

function account() {
  const sum = new Tally();
  for (const { ledger } of rooms) sum.merge(ledger.account());
  return sum.counts;
}

const spreads = (samples) => Object.fromEntries(Object.entries(samples).map(([name, all]) => [name, spread(all)]));

let cpu = process.cpuUsage();
answer({
  async join() {
    for (const member of members) await member.join();
  },

  resume() {
    talking = true;
    talks = members.map(talk);
  },

  /** Ends when every message has arrived everywhere and every reply is there, or when that takes too long. */
  async rest() {
    talking = false;
    await Promise.all(talks);
    const end = performance.now() + SETTLED_WITHIN_MS;
    while ((unanswered > 0 || account().lost > 0) && performance.now() < end && plant === undefined) await after(20);
  },

  /** The revisions of the code that answers in each room. */
  async revisions() {
    const asked = rooms.map(({ members }) => members[0].connection.push("revision", {}));
    return (await Promise.all(asked)).map(({ response }) => response?.revision ?? -1);
  },

  figures() {
    const used = process.cpuUsage(cpu);
    return {
      members: members.length,
      rooms: rooms.length,
      account: { ...account(), unanswered },
      replies: replies.counts,
      trouble: trouble.counts,
      latencies: { reply: spreads(latencies.reply), delivery: spreads(latencies.delivery) },
      eventLoop: { p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 },
      cpuMs: (used.user + used.system) / 1000,
    };
  },

  close() {
    for (const { connection } of members) connection.close();
  },
});
