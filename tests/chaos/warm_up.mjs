// SPDX-License-Identifier: MIT
//
// Brings the server's memory to the level that it keeps, before anything is compared: the heaps and stacks of ended rooms
// are kept for the next ones, and the allocator keeps the pages of its busiest moment. So there are, once, more rooms and
// more of the attacks that need memory at the same time than in any cycle.

import { setTimeout as after } from "node:timers/promises";
import { channelsOverWebSocket } from "./channels.mjs";
import { Tally } from "./figures.mjs";
import { attackWithClient } from "./hostile_clients.mjs";
import { attackWithRoom } from "./hostile_rooms.mjs";

const ROOMS = 60; // A reload during this time doubles them.
const ROOMS_STAY_MS = 3000;
const AT_ONCE = 5;
const ROUNDS = 2;
const room = (kind) => [attackWithRoom, kind];
const client = (kind) => [attackWithClient, kind];
const LARGE = [
  room("presence-storm"),
  room("broadcast-flood"),
  room("huge-reply"),
  room("too-huge-reply"),
  room("console-flood"),
  room("pending"),
  client("message flood"),
  client("stall"),
  client("crowd"),
  client("request flood"),
];

export async function warmUp(url, random) {
  const { channels, socket } = await channelsOverWebSocket(url);
  await Promise.all(Array.from({ length: ROOMS }, (_, i) => channels.join(`hostile:warm-up-${i}`)));
  await after(ROOMS_STAY_MS);
  socket.terminate();
  for (let round = 0; round < ROUNDS; ++round) {
    const attacks = Array.from({ length: AT_ONCE }, (_, i) =>
      LARGE.map(([attack, kind]) => attack(url, kind, `${round}${i}00000`, random.fork(kind), new Tally())),
    );
    await Promise.all(attacks.flat());
  }
}
