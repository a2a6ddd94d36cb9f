// SPDX-License-Identifier: MIT
//
// What a run requires: of the well-behaved clients' messages, of the hostile ones, and of the quiet moments.

import { slope, total } from "./figures.mjs";
import { kinds as clients } from "./hostile_clients.mjs";
import { kinds as rooms } from "./hostile_rooms.mjs";

// Generous, because the machine is shared and the clients run on it as well.
const P99_MS = 250;
const MAX_MS = 2000;

// A leak of 1 MB or of one descriptor in each cycle is beyond these bounds. In a long run the noise matters less, so that
// a smaller leak of memory is found.
const LONG_RUN_CYCLES = 16;
const GROWTH = {
  rss: { most: 0.75e6, inLongRun: 0.25e6, unit: "MB", scale: 1e6, what: "resident memory" },
  descriptors: { most: 0.5, unit: "", scale: 1, what: "descriptors" },
  queuedBytes: { most: 0.75e6, unit: "MB", scale: 1e6, what: "bytes in the sockets of its port" },
  // Of the whole machine, so that other programs have a part in it.
  socketMemory: { most: 2e6, unit: "MB", scale: 1e6, what: "the kernel's memory for TCP" },
};
/** The first cycles belong to the warm-up (warm_up.mjs). */
export const WARM_UP_CYCLES = 2;

const missingIn = (table, kinds) => Object.keys(kinds).filter((kind) => !(table[kind]?.started > 0));

/** `[what, whether it is so, more of what is wrong]` for each requirement. */
export function* claims({ cycles, faults, wellBehaved, hostile, log, exit, recorder }) {
  const { account, replies, trouble, latencies } = wellBehaved;
  yield ["messages are sent", account.sent > 0 && account.expected > account.sent];
  yield ["no message is lost", account.lost === 0];
  yield ["no message is delivered twice", account.duplicated === 0];
  yield ["no sender's messages are reordered", account.reordered === 0];
  yield ["every member sees the room's own order", account.outOfTotal === 0];
  yield ["every message is answered", account.unanswered === 0];
  yield ["every reply is the expected one", replies["as expected"] === account.sent];
  yield ["no well-behaved client is disconnected or loses its room", total(trouble) === 0];
  for (const [what, all] of Object.entries(latencies))
    for (const [transport, { n, p99, max }] of Object.entries(all)) {
      yield [`${what}, ${transport}: p99 below ${P99_MS} ms`, n > 0 && p99 < P99_MS];
      yield [`${what}, ${transport}: max below ${MAX_MS} ms`, n > 0 && max < MAX_MS];
    }
  yield ["every reload reaches every well-behaved room", faults.oldCode.length === 0, faults.oldCode];
  yield ["the log has no complaint about a well-behaved room", log.complaints.length === 0, log.complaints.slice(0, 5)];
  yield ["the log goes on after its reader has stopped", faults.silentLog.length === 0, faults.silentLog];
  const missing = [...missingIn(hostile.rooms, rooms), ...missingIn(hostile.clients, clients)];
  yield ["every kind of hostile room and client takes part", missing.length === 0, missing];
  const unmet = Object.entries(rooms).filter(([kind, { meets }]) => meets && !(hostile.rooms[kind]?.ends[meets] > 0));
  yield ["the hostile rooms meet their limits", unmet.length === 0, unmet.map(([kind, { meets }]) => `${kind}: never "${meets}"`)];
  const unanswered = Object.entries(hostile.rooms).filter(([, { ends }]) => ends.unanswered > 0);
  yield ["every call into a hostile room ends", unanswered.length === 0, unanswered.map(([kind]) => kind)];
  yield ["every client that does not read is dropped", !("left open" in (hostile.clients.stall?.ends ?? {}))];
  const heads = Object.keys(hostile.clients["slow head"]?.ends ?? {}).filter((end) => end !== "status 408");
  yield ["every head that is sent byte by byte is refused with 408", heads.length === 0, heads];
  yield ["every attack of a hostile client can be made", total(hostile.errors) === 0, Object.keys(hostile.errors)];
  yield ["no hostile room is left at a quiet moment", faults.leftRooms.length === 0, faults.leftRooms.slice(0, 5)];
  const measured = cycles.slice(WARM_UP_CYCLES);
  for (const [figure, { most: usual, inLongRun = usual, unit, scale, what }] of Object.entries(GROWTH)) {
    const most = measured.length < LONG_RUN_CYCLES ? usual : inLongRun;
    const growth = slope(measured.map((cycle) => cycle[figure]));
    const shown = `${(growth / scale).toFixed(2)} ${unit}`.trim();
    yield [`no growth of ${what}: ${shown} per cycle (n ${measured.length}), below ${most / scale}`, growth < most];
  }
  yield ["the number of threads is constant", recorder.range("threads").least === recorder.range("threads").most];
  yield ["the server ends with status 0", exit === 0, [String(exit)]];
}
