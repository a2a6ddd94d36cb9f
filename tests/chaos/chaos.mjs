// SPDX-License-Identifier: MIT
//
// A chaos run against the real server: well-behaved clients in well-behaved rooms, next to hostile rooms, hostile clients,
// reloads, and a reader of the log that stops. A cycle is a time of chaos and a quiet moment; the run is as many cycles as
// fit into its time. requirements.mjs says what a run requires.
//
//   node tests/chaos/chaos.mjs [MINUTES] [--seed N] [--plant lost|leak]
//
// --plant is for those who change this test: the run then makes a fault of its own, which the report must find. "lost"
// drops some deliveries; "leak" keeps a connection and a room of 1 MB in each cycle.

import { setTimeout as after } from "node:timers/promises";
import { parseArgs } from "node:util";
import { channelsOverWebSocket } from "./channels.mjs";
import { disturb } from "./disturbances.mjs";
import { Tally } from "./figures.mjs";
import { machine, Recorder, sample } from "./measure.mjs";
import { ProcessOf } from "./process_of.mjs";
import { quietMoment } from "./quiet_moment.mjs";
import { Random } from "./random.mjs";
import { report } from "./report.mjs";
import { WARM_UP_CYCLES } from "./requirements.mjs";
import { Server } from "./server.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: "string" }, plant: { type: "string" } },
});
const minutes = Number(positionals[0] ?? 2);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
if (!(minutes > 0) || !Number.isInteger(seed) || ![undefined, "lost", "leak"].includes(values.plant)) {
  console.error("usage: chaos.mjs [MINUTES] [--seed N] [--plant lost|leak]");
  process.exit(2);
}

const CYCLES_MIN = WARM_UP_CYCLES + 4;
const CHAOS_MS = minutes < 5 ? 5500 : 15000;

async function plantLeak(url, cycle) {
  const { channels } = await channelsOverWebSocket(url);
  const topic = `hoard:${cycle}`;
  await channels.join(topic);
  setInterval(() => channels.push(topic, "still here", {}), 20000);
}

/** One cycle. Gives the samples of its quiet moment. */
async function cycle(run, { server, wellBehaved, hostile, random }) {
  const chaos = new AbortController();
  await wellBehaved.ask("resume");
  await hostile.ask("resume");
  const disturbances = disturb(server, random, run.reloads, chaos.signal);
  await after(CHAOS_MS);
  chaos.abort();
  await hostile.ask("rest");
  await disturbances;
  await wellBehaved.ask("rest");
  if (values.plant === "leak") await plantLeak(server.url, run.cycles.length);
  return await quietMoment({ server, wellBehaved, hostile, faults: run.faults });
}

const usage = (server) => ({ at: performance.now(), server: sample(server).cpuMs, machine: machine() });

function cpuBetween(from, to, { wellBehaved, hostile }) {
  const elapsed = to.at - from.at;
  return {
    server: (to.server - from.server) / elapsed,
    wellBehaved: wellBehaved.cpuMs / elapsed,
    hostile: hostile.cpuMs / elapsed,
    machine: (to.machine.busy - from.machine.busy) / (to.machine.all - from.machine.all),
  };
}

async function chaosRun() {
  const run = { seed, cycles: [], reloads: new Tally(), faults: { oldCode: [], leftRooms: [], silentLog: [] } };
  const end = performance.now() + minutes * 60000;
  const server = new Server();
  await server.start();
  const options = { url: server.url, seed, plant: values.plant };
  const wellBehaved = new ProcessOf("well_behaved.mjs", options);
  const hostile = new ProcessOf("hostile.mjs", options);
  const recorder = new Recorder(server);
  const random = new Random(seed).fork("operator");
  try {
    await wellBehaved.ask("join");
    const from = usage(server);
    const warm = hostile.ask("warmUp");
    await after(1000);
    await server.reloads["changed file and entmoot reload"]();
    await warm;
    let longest = 0;
    while (run.cycles.length < CYCLES_MIN || performance.now() + longest < end) {
      const start = performance.now();
      run.cycles.push(await cycle(run, { server, wellBehaved, hostile, random }));
      longest = Math.max(longest, performance.now() - start);
      if (process.stderr.isTTY) process.stderr.write(`\rcycle ${run.cycles.length} `);
    }
    const to = usage(server);
    run.seconds = (to.at - from.at) / 1000;
    run.wellBehaved = await wellBehaved.ask("figures");
    run.hostile = await hostile.ask("figures");
    run.cpu = cpuBetween(from, to, run);
  } catch (error) {
    const state = server.running ? "is running" : `has ended with ${await server.stop()}`;
    throw new Error(`${error.stack}\nThe server ${state}. The end of its log:\n${server.log.tail}`);
  } finally {
    recorder.stop();
    wellBehaved.end();
    hostile.end();
    run.exit = await server.stop();
  }
  return { ...run, log: server.log, recorder };
}

console.log(`seed ${seed}`);
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1)); // Ends the server, too.
let good = false;
try {
  good = report(await chaosRun());
} catch (error) {
  console.log(`${error.message}\n\nseed ${seed}\n0 passed, 1 failed`);
}
process.exit(good ? 0 : 1);
