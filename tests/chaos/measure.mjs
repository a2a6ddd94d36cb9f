// SPDX-License-Identifier: MIT
//
// What the kernel says of the server: resident memory, descriptors and threads of its process, CPU time, and the memory of
// all TCP sockets of the machine (other programs' too).

import { readdirSync, readFileSync } from "node:fs";

const PAGE = 4096;
const TICK_MS = 10;

/** One sample. Memory in bytes, CPU time in milliseconds since the start of the process. */
export function sample(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return {
    rss: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)[1]) * 1024,
    threads: Number(/^Threads:\s+(\d+)/m.exec(status)[1]),
    descriptors: descriptors(pid),
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

  constructor(pid) {
    this.#timer = setInterval(() => {
      try {
        this.samples.push(sample(pid));
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
