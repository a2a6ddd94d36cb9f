// SPDX-License-Identifier: MIT
//
// The quiet moment at the end of a cycle: waits until nothing of the chaos is left, then takes the samples for the slopes,
// always under the same conditions: every well-behaved client is connected and silent, and nobody else is there.

import { setTimeout as after } from "node:timers/promises";
import { median } from "./figures.mjs";
import { descriptors, sample } from "./measure.mjs";

const QUIET_MS = 3500; // Longer than a long-polling session without polls: three poll windows (app/entmoot.config.ts).
const ROOMS_GONE_WITHIN_MS = 15000;
const RELOADED_WITHIN_MS = 10000;
const LOGGED_WITHIN_MS = 10000;
const SAMPLES = 5;

async function until(condition, withinMs) {
  const end = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > end) return false;
    await after(100);
  }
  return true;
}

/** The processes are at rest. Gives the samples, and adds to `faults` what should not be. */
export async function quietMoment({ server, wellBehaved, hostile, faults }) {
  const start = performance.now();
  const isNew = async () => (await wellBehaved.ask("revisions")).every((revision) => revision === server.revision);
  if (!(await until(isNew, RELOADED_WITHIN_MS)))
    faults.oldCode.push(`rooms with revision ${await wellBehaved.ask("revisions")} instead of ${server.revision}`);

  const others = async () => (await server.rooms()).filter(({ topic }) => topic.startsWith("hostile:"));
  if (!(await until(async () => (await others()).length === 0, ROOMS_GONE_WITHIN_MS)))
    faults.leftRooms.push(...(await others()).map(({ topic, state }) => `${topic} (${state})`));

  const lines = server.log.lines;
  await server.reload();
  if (!(await until(() => server.log.lines > lines, LOGGED_WITHIN_MS))) faults.silentLog.push("a reload was not logged");
  await after(Math.max(0, QUIET_MS - (performance.now() - start)));

  const samples = [];
  for (let i = 0; i < SAMPLES; ++i) {
    // A client may have a connection more or less for its polls; only what no client accounts for counts.
    const theirs = descriptors(wellBehaved.pid) + descriptors(hostile.pid);
    const one = sample(server);
    samples.push({ ...one, descriptors: one.descriptors - theirs });
    await after(200);
  }
  const figures = ["rss", "descriptors", "threads", "queuedBytes", "socketMemory"];
  return Object.fromEntries(figures.map((figure) => [figure, median(samples.map((one) => one[figure]))]));
}
