// SPDX-License-Identifier: MIT
//
// What the operator's side does to the server during the chaos: reloads every few seconds, of a kind that is drawn from the
// seed, and one time in which nobody reads the log.

import { setTimeout as after } from "node:timers/promises";

/** Reloads until `signal` is aborted. `counts` counts the kinds. */
async function reload(server, random, counts, signal) {
  const kinds = Object.keys(server.reloads);
  for (;;) {
    await after(random.between(1000, 3000));
    if (signal.aborted) return;
    const kind = random.pick(kinds);
    await server.reloads[kind]();
    counts.add(kind);
  }
}

async function stopReadingTheLog(log, random) {
  await after(random.between(500, 3000));
  log.pause();
  await after(random.between(3000, 5000));
  log.resume();
}

export async function disturb(server, random, counts, signal) {
  await Promise.all([reload(server, random, counts, signal), stopReadingTheLog(server.log, random)]);
}
