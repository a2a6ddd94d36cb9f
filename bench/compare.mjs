// SPDX-License-Identifier: MIT
//
// Compares Entmoot with other chat servers: starts each server afresh for each test, lets bench_load measure it, and writes
// the results (docs/benchmarks.md explains them). scripts/bench builds what this needs.
//
//   node bench/compare.mjs                   all servers, all tests, 5 rounds; writes bench/results
//   node bench/compare.mjs --quick           fewer tests, one round; writes build/bench/quick
//     --rounds N  --servers a,b  --tests a,b a choice, which is written to build/bench/part unless --out says otherwise
//     --out DIR   --port N                   servers get the next free one of a hundred ports from here, default 5400
//
// The servers take turns within a round, so that a busy minute affects all of them. Servers listen on loopback only.
// Exits with 1 if a test failed; the results are written nevertheless.

import { appendFileSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { loadavg, release } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { findServers } from "./compare/peers.mjs";
import { Ports, run, start, stop, waitForPort } from "./compare/processes.mjs";
import { tableOf, valueAt, writeResults } from "./compare/results.mjs";
import { descriptorsNeeded, loadArguments, tests, testsOf } from "./compare/tests.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const bin = join(root, "build/release/bin");
const SERVER_STARTS_S = 20;
const SETTLES_MS = 300;
const LOAD_ENDS_S = 20; // after the deadline that the load generator itself has

const { values: options } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    servers: { type: "string" },
    tests: { type: "string" },
    out: { type: "string" },
    port: { type: "string", default: "5400" },
  },
});

function usage(why) {
  console.error(`compare: ${why}`);
  process.exit(2);
}

const list = (text) => text?.split(",").filter(Boolean);

function chosenOf(all, asked, what) {
  for (const name of asked ?? []) if (!all.includes(name)) usage(`there is no ${what} ${name}; there are ${all.join(", ")}`);
  return asked;
}

const field = (file, name) => readFileSync(file, "utf8").match(new RegExp(`^${name}\\s*(.*)$`, "m"))?.[1];

/** The cores that this process may use: "0-1,4" gives 0, 1, 4. */
function cores() {
  return field("/proc/self/status", "Cpus_allowed_list:")
    .split(",")
    .flatMap((range) => {
      const [from, to = from] = range.split("-").map(Number);
      return Array.from({ length: to - from + 1 }, (_, index) => from + index);
    });
}

/** The number of files that a process may open once it has raised its limit. */
function descriptorLimit() {
  const hard = field("/proc/self/limits", "Max open files").trim().split(/\s+/)[1];
  return hard === "unlimited" ? Infinity : Number(hard);
}

const rounds = Number(options.rounds ?? (options.quick ? 1 : 5));
if (!Number.isInteger(rounds) || rounds < 1) usage(`--rounds is ${options.rounds}; it must be a whole number from 1`);

const skipped = [];
const skip = (text) => {
  skipped.push(`skipped: ${text}`);
  console.error(skipped.at(-1));
};

const allServers = findServers(root);
const askedServers = chosenOf(allServers.map(({ name }) => name), list(options.servers), "server");
const servers = allServers.filter((server) => {
  if (askedServers && !askedServers.includes(server.name)) return false;
  if (server.missing) skip(`${server.title}: ${server.missing}`);
  return !server.missing;
});
// The slowest one would take a third of the time.
if (options.quick && !askedServers) {
  const at = servers.findIndex(({ name }) => name === "workerd");
  if (at >= 0) skip(`${servers.splice(at, 1)[0].title}: the quick table leaves it out`);
}
if (servers.length === 0) usage("no server is left to measure");

const descriptors = descriptorLimit();
const askedTests = chosenOf(Object.keys(tests), list(options.tests), "test");
const names = testsOf({ asked: askedTests, quick: options.quick, servers, descriptors });
const [serverCpu, loadCpu] = cores();
const canPin = loadCpu !== undefined;
if (!canPin) console.error("compare: there is one core, so nothing is pinned: servers and load generator share it");

const partial = options.servers || options.tests;
const out = options.out ?? join(root, partial ? "build/bench/part" : options.quick ? "build/bench/quick" : "bench/results");

const plan = names.flatMap((name) =>
  servers
    .filter((server) => {
      const test = tests[name];
      if (test.only && !test.only.includes(server.name)) return false;
      if (test.needsRoomCode && server.withoutRoomCode) {
        skip(`${test.title} with ${server.title}: it runs no code for a room`);
        return false;
      }
      const needs = descriptorsNeeded(test, server);
      if (needs > descriptors) {
        skip(`${test.title} with ${server.title}: it needs ${needs} open files, the limit is ${descriptors} (ulimit -Hn)`);
      }
      return needs <= descriptors;
    })
    .map((server) => ({ name, server })),
);

mkdirSync(join(root, "build/bench"), { recursive: true });
const serverLog = openSync(join(root, "build/bench/servers.log"), "w");
const runs = join(root, "build/bench/runs.jsonl");
writeFileSync(runs, "");
const ports = new Ports(Number(options.port));

/** One test of one server. Returns the load generator's figures, with `error` if something went wrong. */
async function measure(name, server) {
  const test = tests[name];
  const pinned = canPin && test.pinned !== false;
  const port = await ports.take();
  const child = start(server.command(port), {
    cpu: pinned ? serverCpu : undefined,
    environment: { ...server.environment, ...test.environment },
    log: serverLog,
  });
  try {
    if (!(await waitForPort(port, child, SERVER_STARTS_S))) {
      return { error: `the server did not open port ${port}; build/bench/servers.log says why` };
    }
    await sleep(SETTLES_MS);
    const { stdout, stderr, status, late } = await run(
      [
        ...[join(bin, "bench_load"), ...loadArguments(test, options), "--port", port, "--server-pid", child.pid],
        ...["--deadline", test.limit, ...(pinned ? ["--cpu", loadCpu] : []), ...(server.roomInUrl ? ["--room-in-query"] : [])],
      ],
      { seconds: test.limit + LOAD_ENDS_S },
    );
    if (late) return { error: `the load generator did not end within ${test.limit + LOAD_ENDS_S} s` };
    let figures;
    try {
      figures = JSON.parse(stdout.trim().split("\n").at(-1));
    } catch {
      return { error: `the load generator gave no result (status ${status}): ${stderr.trim().slice(-200)}` };
    }
    figures.serverAlive = child.alive();
    if (status !== 0) figures.error ??= wrongWith(figures, status);
    return figures;
  } finally {
    await stop(child);
  }
}

function wrongWith(figures, status) {
  const counts = ["lost", "duplicated", "out_of_order", "misrouted", "protocol_errors", "bad_status", "errors"]
    .filter((name) => figures[name] > 0)
    .map((name) => `${name} ${figures[name]}`);
  return counts.length > 0 ? counts.join(", ") : `the load generator ended with status ${status}`;
}

const byServer = new Map(servers.map((server) => [server.name, {}]));
const loadBefore = loadavg()[0].toFixed(2);
const began = new Date();
let done = 0;
let failures = 0;
for (let round = 1; round <= rounds; ++round) {
  for (const { name, server } of plan) {
    const figures = await measure(name, server);
    appendFileSync(runs, `${JSON.stringify({ server: server.name, test: name, round, ...figures })}\n`);
    (byServer.get(server.name)[name] ??= []).push({ round, ...figures });
    const [label, what, factor, digits] = tests[name].figures[0];
    const value = typeof what === "function" ? what(figures) : valueAt(figures, what);
    const shown = typeof value === "number" ? (value * factor).toFixed(digits) : (value ?? "never");
    if (figures.error) ++failures;
    const minutes = (Date.now() - began) / 60_000;
    const left = (minutes / ++done) * (plan.length * rounds - done);
    console.error(
      `${done}/${plan.length * rounds}  ${name}  ${server.title}: ` +
        (figures.error ? `failed: ${figures.error}` : `${label} ${shown}`) +
        `  (about ${left < 1 ? `${Math.ceil(left * 60)} s` : `${Math.ceil(left)} min`} left)`,
    );
  }
}

const machine = {
  cpu: field("/proc/cpuinfo", "model name\\s*:") ?? process.arch,
  cores: cores().length,
  kernel: release(),
  descriptors: Number.isFinite(descriptors) ? descriptors : "unlimited",
  loadBefore,
  loadAfter: loadavg()[0].toFixed(2),
};
const results = servers.map((server, place) => ({
  server: server.name,
  title: server.title,
  version: server.version,
  place,
  date: began.toISOString().slice(0, 16).replace("T", " ") + " UTC",
  machine,
  pinned: canPin,
  rounds,
  tests: byServer.get(server.name),
}));
writeResults(out, results);
const table = tableOf(results, skipped);
writeFileSync(join(out, "table.md"), `${table}\n`);
console.log(`\n${table}\n`);
console.error(`written: ${out}`);
if (failures > 0) {
  console.error(`compare: ${failures} of ${done} measurements failed; the table and the lines above say which`);
  process.exitCode = 1;
}
