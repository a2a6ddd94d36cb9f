// SPDX-License-Identifier: MIT
//
// The report of a run: all figures, then the requirements. It ends with "N passed, N failed".

import { listed, total } from "./figures.mjs";
import { claims, WARM_UP_CYCLES } from "./requirements.mjs";

const ms = (figure) => (Number.isFinite(figure) ? `${figure.toFixed(1)} ms` : "none");
const percent = (share) => `${(share * 100).toFixed(0)} %`;
const line = (label, text) => console.log(`  ${label.padEnd(32)} ${text}`);

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
  const { duplicated, reordered, outOfTotal } = account;
  line("deliveries, faults", `${duplicated} duplicated, ${reordered} reordered, ${outOfTotal} out of the room's order`);
  line("connections, faults", listed(wellBehaved.trouble));
  printLatencies(wellBehaved.latencies.reply, "reply");
  printLatencies(wellBehaved.latencies.delivery, "delivery");
  const { p99, max } = wellBehaved.eventLoop;
  line("the clients' own event loop", `p99 ${ms(p99)}, max ${ms(max)} late, which is part of the latencies`);

  console.log(`\nhostile rooms: ${sumOf(hostile.rooms)} started, ${hostile.calls} joins and calls`);
  printAttacks(hostile.rooms);
  console.log(`\nhostile clients: ${sumOf(hostile.clients)} attacks`);
  printAttacks(hostile.clients);
  line("attacks that failed", listed(hostile.errors));

  console.log("\nserver");
  line("reloads", `${total(reloads)}: ${listed(reloads)}`);
  const { lines, bytes, pauses, dropped } = log;
  line("log", `${lines} lines read, ${bytes} bytes; the reader stopped ${pauses} times; ${dropped} lines dropped`);
  const of = (figure, scale = 1, unit = "") => {
    const { least, most } = recorder.range(figure);
    return `${(least / scale).toFixed(scale === 1 ? 0 : 1)} to ${(most / scale).toFixed(scale === 1 ? 0 : 1)}${unit}`;
  };
  line(
    `every second, n ${recorder.samples.length}`,
    `RSS ${of("rss", 1e6, " MB")}; descriptors ${of("descriptors")}; threads ${of("threads")}; ` +
      `in sockets ${of("queuedBytes", 1e6, " MB")}; for TCP ${of("socketMemory", 1e6, " MB")}`,
  );
  const { server, machine, ...clients } = cpu;
  line("CPU, of one core", `server ${percent(server)}, clients ${percent(clients.wellBehaved + clients.hostile)}`);
  line("CPU, of the machine", `${percent(machine)} busy (with other programs)`);
  console.log(`\nquiet moments; the first ${WARM_UP_CYCLES} belong to the warm-up; descriptors minus those of the clients`);
  cycles.forEach(({ rss, descriptors, threads, queuedBytes, socketMemory }, at) => {
    const memory = `${(rss / 1e6).toFixed(1)} MB, ${queuedBytes} bytes in sockets, ${(socketMemory / 1e6).toFixed(1)} MB for TCP`;
    line(`cycle ${at + 1}`, `${memory}, ${descriptors} descriptors, ${threads} threads`);
  });
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
