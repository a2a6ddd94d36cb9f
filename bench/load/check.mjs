// SPDX-License-Identifier: MIT
//
// Checks the load generator against a server with known faults: each fault must be seen, and nothing else. A benchmark that
// misses a lost message would call the server that loses it the fastest.
//
//   node bench/load/check.mjs BENCH_LOAD

import { isDeepStrictEqual } from "node:util";

import { run } from "../compare/processes.mjs";
import { serveWith } from "./faulty_server.mjs";

const [program] = process.argv.slice(2);
if (!program) {
  console.error("usage: node bench/load/check.mjs BENCH_LOAD");
  process.exit(2);
}

// 4 rooms of 5 clients, of which 2 send: 200 messages a second for a second and a half.
const LOAD = [
  ...["load", "--rooms", 4, "--clients-per-room", 5, "--senders-per-room", 2, "--rate", 200],
  ...["--seconds", 1, "--warmup", 0.5, "--drain", 1],
];
const SENT = 300;
const DELIVERED = 1500;
const CHOSEN = 15; // every hundredth delivery

const has = (wanted) => (figures) =>
  isDeepStrictEqual(Object.fromEntries(Object.keys(wanted).map((key) => [key, figures[key]])), wanted);
const clean = has({
  status: 0,
  joined: 20,
  msgs_sent: SENT,
  acks: SENT,
  deliveries_got: DELIVERED,
  lost: 0,
  duplicated: 0,
  out_of_order: 0,
  gaps: 0,
  misrouted: 0,
  protocol_errors: 0,
  rooms_with_order_mismatch: 0,
});

const checks = [
  ["a server without faults", "none", LOAD, clean],
  ["bytes that come one by one", "dribble", LOAD, clean],
  ["texts in two frames", "fragment", LOAD, clean],
  ["lengths of 64 bits", "long", LOAD, clean],
  ["texts of 200 bytes", "none", [...LOAD, "--text-bytes", 200], clean],
  [
    ...["texts of 70,000 bytes", "none"],
    [...LOAD, "--text-bytes", 70_000, "--rate", 20],
    has({ status: 0, lost: 0, deliveries_got: 150 }),
  ],
  ["lost messages", "drop", LOAD, has({ status: 2, lost: CHOSEN, duplicated: 0 })],
  ["doubled messages", "double", LOAD, has({ status: 2, duplicated: CHOSEN, lost: 0 })],
  ["messages that overtake", "swap", LOAD, ({ status, rooms_with_order_mismatch: rooms }) => status === 2 && rooms > 0],
  ["messages to the wrong room", "misroute", LOAD, ({ status, misrouted }) => status === 2 && misrouted > 0],
  ["late messages", "slow", LOAD, ({ delivery_us: { p50 } }) => p50 >= 50_000],
  ["replies that are errors", "garble", LOAD, has({ status: 2, bad_status: SENT, acks: 0 })],
  ["joins without a reply", "refuse", [...LOAD, "--deadline", 2], has({ status: 3, error: "deadline" })],
  [
    ...["requests and replies", "none"],
    ["load", "--closed", "--rooms", 10, "--clients-per-room", 2, "--seconds", 0.5, "--warmup", 0.1],
    ({ status, acks, msgs_sent: sent, lost }) => status === 0 && acks === sent && sent > 100 && lost === 0,
  ],
  [
    ...["idle clients", "none"],
    ["idle", "--rooms", 10, "--clients-per-room", 20, "--seconds", 0.5, "--warmup", 0.1],
    has({ status: 0, joined: 200 }),
  ],
  [
    ...["new rooms", "none"],
    ["coldrooms", "--rooms", 300, "--conns", 10],
    ({ status, room_us: { n } }) => status === 0 && n === 300,
  ],
  [
    ...["new rooms, each with a new client", "none"],
    ["coldrooms", "--rooms", 300, "--fresh-conn", "--inflight", 4],
    ({ status, room_us: { n } }) => status === 0 && n === 300,
  ],
  [
    ...["connect, join, leave, close", "none"],
    ["churn", "--rooms", 10, "--inflight", 4, "--seconds", 0.5, "--warmup", 0.1],
    ({ status, cycle_us: { n } }) => status === 0 && n > 50,
  ],
  [
    ...["cycles that do not get to their end", "refuse"],
    ["churn", "--rooms", 10, "--inflight", 4, "--seconds", 0.5, "--warmup", 0.1],
    has({ status: 2, cycles_per_s: 0 }),
  ],
  ["clients that come back", "none", ["storm", "--rooms", 10, "--clients-per-room", 20], has({ status: 0, joined: 200 })],
];

// The server shares this process with the check, which is why each run has it to itself.
let missed = 0;
for (const [what, fault, words, seen] of checks) {
  const server = await serveWith(fault);
  const { stdout, stderr, status } = await run(
    [program, ...words, "--port", server.port, ...(words.includes("--deadline") ? [] : ["--deadline", 30])],
    { seconds: 60 },
  );
  await server.close();
  let right = false;
  try {
    right = seen({ ...JSON.parse(stdout.trim().split("\n").at(-1)), status });
  } catch {
    // no line, or one without the figure: the output below shows it
  }
  if (!right) {
    ++missed;
    console.error(`check: the load generator is wrong about ${what} (status ${status}): ${stdout}${stderr}`);
  }
}
if (missed > 0) {
  console.error(`check: ${missed} of ${checks.length} failed: do not trust figures of this load generator`);
  process.exit(1);
}
console.error(`check: the load generator sees all faults (${checks.length} runs)`);
