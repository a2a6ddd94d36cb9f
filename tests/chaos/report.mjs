// SPDX-License-Identifier: MIT
//
// What a run requires, and its figures: prints both and ends with "N passed, N failed".

import { listed, slope, total } from "./figures.mjs";

// Generous, because the machine is shared and the clients run on it as well.
const P99_MS = 250;
const MAX_MS = 2000;

// A leak of 1 MB or of one descriptor in each cycle is beyond these bounds.
const GROWTH = {
  rss: { most: 0.75e6, unit: "MB", scale: 1e6, what: "resident memory" },
  descriptors: { most: 0.5, unit: "", scale: 1, what: "descriptors" },
  socketMemory: { most: 0.75e6, unit: "MB", scale: 1e6, what: "the kernel's memory of TCP sockets" },
};
/** The first cycles belong to the warm-up (warm_up.mjs). */
export const WARM_UP_CYCLES = 2;

const ms = (figure) => (Number.isFinite(figure) ? `${figure.toFixed(1)} ms` : "none");
const percent = (share) => `${(share * 100).toFixed(0)} %`;
const line = (label, text) => console.log(`  ${label.padEnd(26)} ${text}`);

function printLatencies(of, title) {
  for (const [transport, { n, p50, p99, max }] of Object.entries(of))
    line(`${title}, ${transport}`, `n ${n}, p50 ${ms(p50)}, p99 ${ms(p99)}, max ${ms(max)}`);
}

function printAttacks(table) {
  for (const [kind, { started, ends }] of Object.entries(table).sort()) line(kind, `${started}: ${listed(ends)}`);
}

const sumOf = (table) => Object.values(table).reduce((sum, { started }) => sum + started, 0);

function printFigures({ seconds, cycles, reloads: { counts: reloads }, wellBehaved, hostile, log, recorder, cpu }) {
  const { account } = wellBehaved;
  console.log(`\n${cycles.length} cycles in ${seconds.toFixed(0)} s`);
  console.log(`\nwell-behaved: ${wellBehaved.members} clients in ${wellBehaved.rooms} rooms`);
  line("messages", `${account.sent} sent, ${account.sent - account.unanswered} answered (${listed(wellBehaved.replies)})`);
  line("deliveries", `${account.expected} expected, ${account.seen} seen, ${account.lost} lost`);
  line("deliveries, faults", `${account.duplicated} duplicated, ${account.reordered} reordered, ${account.outOfTotal} out of the room's order`);
  line("connections, faults", listed(wellBehaved.trouble));
  printLatencies(wellBehaved.latencies.reply, "reply");
  printLatencies(wellBehaved.latencies.delivery, "delivery");
  line("delay of the clients", `event loop: p99 ${ms(wellBehaved.eventLoop.p99)}, max ${ms(wellBehaved.eventLoop.max)} (part of the latencies)`);

  console.log(`\nhostile rooms: ${sumOf(hostile.rooms)} started, ${hostile.calls} joins and calls`);
  printAttacks(hostile.rooms);
  console.log(`\nhostile clients: ${sumOf(hostile.clients)} attacks`);
  printAttacks(hostile.clients);
  line("attacks that failed", listed(hostile.errors));

  console.log("\nserver");
  line("reloads", `${total(reloads)}: ${listed(reloads)}`);
  line("log", `${log.lines} lines read, ${log.bytes} bytes; the reader stopped ${log.pauses} times; ${log.dropped} lines dropped`);
  const of = (figure, scale = 1, unit = "") => {
    const { least, most } = recorder.range(figure);
    return `${(least / scale).toFixed(scale === 1 ? 0 : 1)} to ${(most / scale).toFixed(scale === 1 ? 0 : 1)}${unit}`;
  };
  line("every second, n " + recorder.samples.length, `RSS ${of("rss", 1e6, " MB")}; descriptors ${of("descriptors")}; threads ${of("threads")}; TCP memory ${of("socketMemory", 1e6, " MB")}`);
  line("CPU, of one core", `server ${percent(cpu.server)}, well-behaved ${percent(cpu.wellBehaved)}, hostile ${percent(cpu.hostile)}`);
  line("CPU, of the machine", `${percent(cpu.machine)} busy (with other programs)`);
  console.log(`\nquiet moments; the first ${WARM_UP_CYCLES} warm the server up (descriptors: minus those of the clients' processes)`);
  cycles.forEach(({ rss, descriptors, threads, socketMemory }, at) =>
    line(`cycle ${at + 1}`, `${(rss / 1e6).toFixed(1)} MB, ${descriptors} descriptors, ${threads} threads, ${(socketMemory / 1e6).toFixed(1)} MB of TCP`),
  );
}

function* claims({ cycles, faults, wellBehaved, hostile, log, exit, recorder }) {
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
  yield ["the log's reader has stopped in each cycle", log.pauses === cycles.length];
  yield ["every hostile room runs", Object.values(hostile.rooms).every(({ started }) => started > 0)];
  const unanswered = Object.entries(hostile.rooms).filter(([, { ends }]) => ends.unanswered > 0);
  yield ["every call into a hostile room ends", unanswered.length === 0, unanswered.map(([kind]) => kind)];
  yield ["every attack of a hostile client can be made", total(hostile.errors) === 0, Object.keys(hostile.errors)];
  yield ["no hostile room is left at a quiet moment", faults.leftRooms.length === 0, faults.leftRooms.slice(0, 5)];
  const measured = cycles.slice(WARM_UP_CYCLES);
  for (const [figure, { most, unit, scale, what }] of Object.entries(GROWTH)) {
    const growth = slope(measured.map((cycle) => cycle[figure]));
    const shown = `${(growth / scale).toFixed(2)} ${unit}`.trim();
    yield [`no growth of ${what}: ${shown} per cycle (n ${measured.length}), below ${most / scale}`, growth < most];
  }
  yield ["the number of threads is constant", recorder.range("threads").least === recorder.range("threads").most];
  yield ["the server ends with status 0", exit === 0, [String(exit)]];
}

/** Returns whether all is as required. */
export function report(run) {
  printFigures(run);
  console.log("\nrequired");
  let passed = 0;
  let failed = 0;
  for (const [claim, holds, more = []] of claims(run)) {
    if (holds) passed += 1;
    else failed += 1;
    console.log(`  ${holds ? "ok    " : "FAILED"} ${claim}`);
    if (!holds) for (const one of more) console.log(`           ${one}`);
  }
  console.log(`\nseed ${run.seed}\n${passed} passed, ${failed} failed`);
  return failed === 0;
}
