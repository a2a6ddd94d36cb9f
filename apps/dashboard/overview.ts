// SPDX-License-Identifier: MIT

import type { Connection } from "./connection";
import { bytes, count, element, percent } from "./dom";
import { Plot } from "./plot";

interface History {
  names: string[];
  samples: number[][];
}

const kept = 720;
const rate = (value: number) => `${count(value)}/s`;

/** Plots of the last hour. The server keeps the samples, so they are there when the page opens. */
export class Overview {
  readonly node = element("div");
  #plots: Plot[];
  #samples: number[][] = [];
  #names: string[] = [];

  constructor(
    private connection: Connection,
    shards: number,
  ) {
    const cpu = Array.from({ length: shards }, (_, shard) => ({ label: `shard ${shard}`, column: `cpu${shard}` }));
    const one = (label: string, column: string) => [{ label, column }];
    this.#plots = [
      new Plot("Connections", [...one("connections", "connections"), ...one("in rooms", "clients")], count),
      new Plot("Rooms", one("running", "rooms"), count),
      new Plot("Messages", [...one("in", "messagesIn"), ...one("out", "messagesOut"), ...one("deliveries", "deliveries")], rate),
      new Plot("CPU by shard", cpu, percent),
      new Plot("Memory", [...one("process", "memory"), ...one("in heaps, shared pages too", "heap"), ...one("queued for clients", "outbox")], bytes),
      new Plot("Errors", [...one("errors", "errors"), ...one("crashes", "crashes")], rate),
      new Plot("Slow clients closed", one("clients", "slow"), rate),
      new Plot("Reloads", one("reloads", "reloads"), count),
    ];
    this.node.append(
      element("h2", {}, "Overview"),
      element("div", { class: "grid" }, ...this.#plots.map(({ node }) => node)),
    );
  }

  async refresh() {
    const since = this.#samples.at(-1)?.[0] ?? 0;
    const { names, samples } = await this.connection.ask<History>("history", { since });
    this.#names = names;
    this.#samples = [...this.#samples, ...samples].slice(-kept);
    const times = this.#samples.map(([time]) => time / 1000);
    const columns = new Map(this.#names.map((name, at) => [name, this.#samples.map((sample) => sample[at + 1] ?? 0)]));
    for (const plot of this.#plots) plot.update(times, columns);
  }
}
