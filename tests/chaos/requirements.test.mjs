// SPDX-License-Identifier: MIT
//
// The requirements of a chaos run: a run without a fault meets them all, and each fault breaks the one that is about it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { slope, spread } from "./figures.mjs";
import { kinds as clients } from "./hostile_clients.mjs";
import { kinds as rooms } from "./hostile_rooms.mjs";
import { Ledger } from "./ledger.mjs";
import { claims } from "./requirements.mjs";

const quiet = (_, cycle) => ({
  rss: 100e6 + (cycle % 2) * 0.5e6, // The noise of a real run.
  descriptors: 40 + (cycle % 2),
  queuedBytes: 0,
  socketMemory: (cycle % 3) * 1e6,
});
const kindsWith = (kinds, ends) =>
  Object.fromEntries(Object.entries(kinds).map(([kind, { meets }]) => [kind, { started: 3, ends: { [meets ?? ends]: 3 } }]));

function goodRun(length = 7) {
  return {
    cycles: Array.from({ length }, quiet),
    faults: { oldCode: [], leftRooms: [], silentLog: [] },
    wellBehaved: {
      account: { sent: 10, expected: 50, seen: 50, lost: 0, duplicated: 0, reordered: 0, outOfTotal: 0, unanswered: 0 },
      replies: { "as expected": 10 },
      trouble: {},
      latencies: { reply: { websocket: { n: 10, p50: 1, p99: 30, max: 100 } } },
    },
    hostile: { rooms: kindsWith(rooms, "ok"), clients: kindsWith(clients, "status 408"), errors: {} },
    log: { complaints: [] },
    exit: 0,
    recorder: { range: () => ({ least: 5, most: 5 }) },
  };
}

const broken = (run) => [...claims(run)].filter(([, holds]) => !holds).map(([what]) => what);

test("a run without a fault meets every requirement", () => {
  assert.deepEqual(broken(goodRun()), []);
});

const grows = (figure, by) => (run) => run.cycles.forEach((cycle, at) => (cycle[figure] += at * by));
const faults = {
  "a lost message": [(run) => (run.wellBehaved.account.lost = 1), /no message is lost/],
  "a message that comes twice": [(run) => (run.wellBehaved.account.duplicated = 1), /delivered twice/],
  "messages out of order": [(run) => (run.wellBehaved.account.reordered = 1), /reordered/],
  "a missing reply": [(run) => (run.wellBehaved.account.unanswered = 1), /is answered/],
  "a wrong reply": [(run) => (run.wellBehaved.replies = { "as expected": 9, "error {}": 1 }), /the expected one/],
  "a closed connection": [(run) => (run.wellBehaved.trouble = { "closed with 1006": 1 }), /disconnected/],
  "a slow reply": [(run) => (run.wellBehaved.latencies.reply.websocket.max = 3000), /max below/],
  "slow replies": [(run) => (run.wellBehaved.latencies.reply.websocket.p99 = 300), /p99 below/],
  "a room with old code": [(run) => run.faults.oldCode.push("steady:1"), /every reload/],
  "a log that ends": [(run) => run.faults.silentLog.push("a reload"), /log goes on/],
  "a hostile room that stays": [(run) => run.faults.leftRooms.push("hostile:x"), /no hostile room is left/],
  "a kind of room that never ran": [(run) => delete run.hostile.rooms.stop, /takes part/],
  "a room that never met its limit": [(run) => (run.hostile.rooms.allocate.ends = { ok: 3 }), /meet their limits/],
  "a call without an end": [(run) => (run.hostile.rooms.stop.ends.unanswered = 1), /call into a hostile room/],
  "a client that may stall": [(run) => (run.hostile.clients.stall.ends["left open"] = 1), /does not read/],
  "a leak of 1 MB per cycle": [grows("rss", 1e6), /resident memory/],
  "a leak of a descriptor per cycle": [grows("descriptors", 1), /descriptors/],
  "a leak of 1 MB per cycle in sockets": [grows("queuedBytes", 1e6), /bytes in the sockets/],
  "another thread": [(run) => (run.recorder.range = () => ({ least: 5, most: 6 })), /threads/],
  "a crash": [(run) => (run.exit = "SIGSEGV"), /status 0/],
};
for (const [name, [plant, expected]] of Object.entries(faults)) {
  test(`${name} breaks a requirement`, () => {
    const run = goodRun();
    plant(run);
    const found = broken(run);
    assert.equal(found.length, 1, `broken: ${found}`);
    assert.match(found[0], expected);
  });
}

test("a leak of 0.3 MB per cycle breaks a requirement of a long run only", () => {
  for (const [cycles, found] of [[7, 0], [40, 1]]) {
    const run = goodRun(cycles);
    grows("rss", 0.3e6)(run);
    assert.equal(broken(run).length, found);
  }
});

function ledgerOf(...numbers) {
  const ledger = new Ledger();
  ledger.addMember("ann");
  for (let i = 0; i < 3; ++i) ledger.sends("bob", 0);
  numbers.forEach((number, at) => ledger.receives("ann", { sender: "bob", number, total: at + 1 }, 5));
  const { seen, lost, duplicated, reordered } = ledger.account();
  return { seen, lost, duplicated, reordered };
}

test("the ledger tells lost, repeated and reordered messages apart", () => {
  assert.deepEqual(ledgerOf(1, 2, 3), { seen: 3, lost: 0, duplicated: 0, reordered: 0 });
  assert.deepEqual(ledgerOf(1, 2), { seen: 2, lost: 1, duplicated: 0, reordered: 0 });
  assert.deepEqual(ledgerOf(1, 2, 2, 3), { seen: 3, lost: 0, duplicated: 1, reordered: 0 });
  assert.deepEqual(ledgerOf(1, 3, 2), { seen: 3, lost: 0, duplicated: 0, reordered: 1 });
});

test("figures of known samples are right", () => {
  assert.equal(slope([1, 3, 5, 7]), 2);
  assert.deepEqual(spread([3, 1, 2]), { n: 3, p50: 2, p99: 3, max: 3 });
});
