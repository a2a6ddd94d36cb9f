// SPDX-License-Identifier: MIT
//
// Starts and ends the processes of a run. Each is the leader of a process group of its own, and is ended with its group, so
// its children go with it. When this process ends, also by a signal, all groups end first.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const groups = new Set();

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false; // nothing is left in the group
  }
}

const killAll = () => groups.forEach((pid) => signalGroup(pid, "SIGKILL"));

process.on("exit", killAll);
for (const [signal, status] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]]) {
  process.on(signal, () => {
    console.error(`\n${signal}: the run ends, its processes are killed; build/bench/runs.jsonl has the figures so far`);
    process.exit(status);
  });
}

/** `cpu`: the core to pin to, or undefined. `log`: a descriptor for stdout and stderr, or "pipe" to collect stdout. */
export function start(command, { cpu, environment = {}, log }) {
  // The shell raises the limit of open files, and is replaced by the program.
  const pin = cpu === undefined ? [] : ["taskset", "-c", cpu];
  const words = ["-c", 'ulimit -n "$(ulimit -Hn)"; exec "$@"', "sh", ...pin, ...command].map(String);
  const child = spawn("sh", words, {
    detached: true,
    env: { ...process.env, ...environment },
    stdio: ["ignore", log === "pipe" ? "pipe" : log, log === "pipe" ? "pipe" : log],
  });
  groups.add(child.pid);
  child.gone = once(child, "close");
  child.alive = () => child.exitCode === null && child.signalCode === null;
  return child;
}

/** Asks the group to end, and kills what is left of it after a second. */
export async function stop(child) {
  const gone = async (milliseconds) => {
    for (const end = performance.now() + milliseconds; performance.now() < end; await sleep(10)) {
      if (!child.alive() && !signalGroup(child.pid, 0)) return true;
    }
    return false;
  };
  signalGroup(child.pid, "SIGTERM");
  if (!(await gone(1000))) {
    signalGroup(child.pid, "SIGKILL");
    if (!(await gone(5000))) throw new Error(`process ${child.pid} does not end: end it by hand, then start again`);
  }
  groups.delete(child.pid);
}

/** Runs a program to its end. The time limit kills it. */
export async function run(command, { seconds, ...options }) {
  const child = start(command, { ...options, log: "pipe" });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  const late = Symbol();
  const limit = new AbortController();
  const first = await Promise.race([child.gone, sleep(seconds * 1000, late, { signal: limit.signal })]);
  limit.abort();
  await stop(child);
  return { stdout, stderr, status: child.exitCode, late: first === late };
}

const opens = (port) =>
  new Promise((answer) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => answer(true)).on("error", () => answer(false));
    socket.setTimeout(500, () => answer(false));
    socket.unref();
    socket.on("connect", () => socket.destroy());
  });

export async function waitForPort(port, child, seconds) {
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await sleep(30)) {
    if (!child.alive()) return false;
    if (await opens(port)) return true;
  }
  return false;
}

/** The next port of a hundred that is free. They take turns, since a closed one is blocked for a minute. */
export class Ports {
  #first;
  #next = 0;
  constructor(first) {
    this.#first = first;
  }
  async take() {
    for (let tries = 0; tries < 100; ++tries) {
      const port = this.#first + (this.#next++ % 100);
      const server = createServer();
      const free = await new Promise((answer) => {
        server.on("error", () => answer(false));
        server.listen(port, "127.0.0.1", () => server.close(() => answer(true)));
      });
      if (free) return port;
    }
    throw new Error(`no port from ${this.#first} to ${this.#first + 99} is free: choose others with --port`);
  }
}
