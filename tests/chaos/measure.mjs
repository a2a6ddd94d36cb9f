// SPDX-License-Identifier: MIT
//
// What the kernel says of the server: resident memory, descriptors and threads of its process, CPU time, the bytes that wait
// in the sockets of its port, and the memory of all TCP sockets of the machine (other programs' too).

import { readdirSync, readFileSync } from "node:fs";

const PAGE = 4096;
const TICK_MS = 10;
const LISTEN = "0A";

/** The bytes that wait to be sent or read in both ends of the connections of a port, also of those without a process. */
function queuedBytes(port) {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  let sum = 0;
  for (const line of readFileSync("/proc/net/tcp", "utf8").split("\n").slice(1)) {
    const [, local, remote, state, queues] = line.trim().split(/\s+/);
    if (queues === undefined || state === LISTEN || !(local.endsWith(`:${hex}`) || remote.endsWith(`:${hex}`))) continue;
    const [sending, receiving] = queues.split(":").map((digits) => parseInt(digits, 16));
    sum += sending + receiving;
  }
  return sum;
}

/** One sample. Memory in bytes, CPU time in milliseconds since the start of the process. */
export function sample({ pid, port }) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return {
    rss: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)[1]) * 1024,
    threads: Number(/^Threads:\s+(\d+)/m.exec(status)[1]),
    descriptors: descriptors(pid),
    queuedBytes: queuedBytes(port),
    socketMemory: Number(/^TCP: .* mem (\d+)/m.exec(readFileSync("/proc/net/sockstat", "utf8"))[1]) * PAGE,
    cpuMs: (Number(stat[11]) + Number(stat[12])) * TICK_MS,
  };
}

/** The open descriptors of a process. */
export function descriptors(pid) {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** How long all cores together have been busy and idle since the machine started, in milliseconds. */
export function machine() {
  const [user, nice, system, idle, wait, ...rest] = /^cpu +(.*)$/m
    .exec(readFileSync("/proc/stat", "utf8"))[1]
    .split(" ")
    .map((ticks) => Number(ticks) * TICK_MS);
  const busy = user + nice + system + rest.slice(0, 3).reduce((sum, ms) => sum + ms, 0);
  return { busy, all: busy + idle + wait };
}

/** Samples every second. `samples` are those of the whole run. */
export class Recorder {
  samples = [];
  #timer;

  constructor(server) {
    this.#timer = setInterval(() => {
      try {
        this.samples.push(sample(server));
      } catch {
        this.stop(); // The server has ended, which the run reports.
      }
    }, 1000);
  }

  stop() {
    clearInterval(this.#timer);
  }

  /** `{least, most}` of one figure. */
  range(figure) {
    const all = this.samples.map((one) => one[figure]);
    return { least: Math.min(...all), most: Math.max(...all) };
  }
}
