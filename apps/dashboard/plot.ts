// SPDX-License-Identifier: MIT
//
// A plot over the last hour, with its newest figures as text above it, which is also what a screen reader gets.

import uPlot from "uplot";
import { element } from "./dom";

export interface Series {
  label: string;
  /** Its column in the samples. */
  column: string;
}

const colours = ["#2f9e63", "#3b7dd8", "#d1812b", "#a45bc8", "#c94f6d", "#3aa6a6", "#8a8f2a", "#7a6ad8"];
const hour = 3600;
const shortest = 300; // what a server that has just started shows

export class Plot {
  readonly node: HTMLElement;
  #series: Series[];
  #show: (value: number) => string;
  #figure = element("p", { class: "figure" });
  #canvas = element("div", { class: "canvas", role: "img" });
  #plot?: uPlot;
  #data: uPlot.AlignedData = [[]];
  #title: string;

  constructor(title: string, series: Series[], show: (value: number) => string) {
    this.#title = title;
    this.#series = series;
    this.#show = show;
    this.node = element(
      "section",
      { class: "panel plot", "aria-label": title },
      element("h3", {}, title),
      this.#figure,
      this.#canvas,
    );
    new ResizeObserver(() => this.#resize()).observe(this.#canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw());
  }

  update(times: number[], columns: Map<string, number[]>) {
    this.#data = [times, ...this.#series.map(({ column }) => columns.get(column) ?? times.map(() => 0))];
    const newest = this.#series.map(({ label }, at) => {
      const value = this.#data[at + 1]?.at(-1) ?? 0;
      return { label, text: this.#show(value), colour: colours[at % colours.length] };
    });
    this.#figure.replaceChildren(
      ...newest.map(({ label, text, colour }) => {
        const key = element("i", { class: "key" });
        key.style.background = colour;
        return element("span", {}, key, `${label} `, element("b", {}, text));
      }),
    );
    this.#canvas.setAttribute(
      "aria-label",
      `Plot of the last hour: ${this.#title}. Now ${newest.map(({ label, text }) => `${label} ${text}`).join(", ")}.`,
    );
    if (this.#plot) {
      this.#plot.setData(this.#data, false);
      this.#plot.setScale("x", this.#range());
    } else this.#draw();
  }

  #range() {
    const max = (this.#data[0] as number[]).at(-1) ?? Date.now() / 1000;
    const first = (this.#data[0] as number[])[0] ?? max;
    return { min: Math.max(max - hour, Math.min(first, max - shortest)), max };
  }

  #draw() {
    const width = this.#canvas.clientWidth;
    if (width === 0 || this.#data[0].length === 0) return;
    const style = getComputedStyle(document.documentElement);
    const axis = { stroke: style.getPropertyValue("--quiet"), grid: { stroke: style.getPropertyValue("--grid"), width: 1 }, ticks: { show: false } };
    this.#plot?.destroy();
    this.#plot = new uPlot(
      {
        width,
        height: this.#canvas.clientHeight,
        legend: { show: false },
        cursor: { y: false },
        padding: [8, 8, 0, 0],
        scales: {
          x: { time: true, auto: false, range: () => [this.#range().min, this.#range().max] },
          y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] },
        },
        axes: [
          { ...axis, values: "{HH}:{mm}", space: 70, size: 28 },
          { ...axis, size: 62, space: 34, values: (_, ticks) => ticks.map((tick) => this.#show(tick)) },
        ],
        series: [
          {},
          ...this.#series.map(({ label }, at) => ({
            label,
            stroke: colours[at % colours.length],
            width: 1.5,
            points: { show: false },
          })),
        ],
      },
      this.#data,
      this.#canvas,
    );
  }

  #resize() {
    if (!this.#plot) return this.#draw();
    if (this.#canvas.clientWidth > 0) this.#plot.setSize({ width: this.#canvas.clientWidth, height: this.#canvas.clientHeight });
  }
}
