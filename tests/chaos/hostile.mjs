// SPDX-License-Identifier: MIT
//
// The process of everything hostile: some slots start hostile rooms, some are hostile clients, one after the other, of a
// kind that is drawn from the seed. It counts what each of them came to.

import { setTimeout as after } from "node:timers/promises";
import { Tally } from "./figures.mjs";
import { attackWithClient, kinds as clientKinds } from "./hostile_clients.mjs";
import { attackWithRoom, kinds as roomKinds } from "./hostile_rooms.mjs";
import { answer, options } from "./process_of.mjs";
import { Random } from "./random.mjs";
import { warmUp } from "./warm_up.mjs";

const { url, seed } = options;
const ROOM_SLOTS = 7;
const CLIENT_SLOTS = 5;
const PAUSE_MS = 300; // Of a slot between two attacks, on average.

const random = new Random(seed).fork("hostile");
const rooms = {}; // kind → {started, ends}
const clients = {}; // kind → {started, ends}
const errors = new Tally(); // what went wrong in this process
let calls = 0;
let names = 0;

/** Every kind once, in a random order, then again: a short run has them all. */
function* shuffled(list) {
  for (;;) {
    const rest = [...list];
    while (rest.length > 0) yield rest.splice(random.between(0, rest.length - 1), 1)[0];
  }
}

const ofKind = (table, kind) => (table[kind] ??= { started: 0, ends: new Tally() });

async function room(kind, name) {
  const entry = ofKind(rooms, kind);
  entry.started += 1;
  const made = await attackWithRoom(url, kind, name, random.fork(kind), entry.ends);
  calls += made;
}

async function client(kind, name) {
  const entry = ofKind(clients, kind);
  entry.started += 1;
  await attackWithClient(url, kind, name, random.fork(kind), entry.ends);
}

let attacking = false;
async function slot(attack, sequence) {
  await after(random.between(0, PAUSE_MS));
  while (attacking) {
    const kind = sequence.next().value;
    try {
      await attack(kind, ++names);
    } catch (error) {
      errors.add(`${kind}: ${error.message}`);
    }
    await after(random.between(0, 2 * PAUSE_MS));
  }
}
let slots = [];
const roomSequence = shuffled(Object.keys(roomKinds));
const clientSequence = shuffled(Object.keys(clientKinds));

const counts = (table) =>
  Object.fromEntries(Object.entries(table).map(([kind, { started, ends }]) => [kind, { started, ends: ends.counts }]));

const cpu = process.cpuUsage();
answer({
  warmUp: () => warmUp(url, random.fork("warm-up")),

  resume() {
    attacking = true;
    slots = [
      ...Array.from({ length: ROOM_SLOTS }, () => slot(room, roomSequence)),
      ...Array.from({ length: CLIENT_SLOTS }, () => slot(client, clientSequence)),
    ];
  },

  /** Ends when the last attack is over and its connections are closed. */
  async rest() {
    attacking = false;
    await Promise.all(slots);
  },

  figures() {
    const used = process.cpuUsage(cpu);
    const cpuMs = (used.user + used.system) / 1000;
    return { rooms: counts(rooms), clients: counts(clients), calls, errors: errors.counts, cpuMs };
  },
});
