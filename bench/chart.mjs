// SPDX-License-Identifier: MIT
//
// Draws bar charts (SVG) of the comparison's results. They carry their own background, so they can be read in a light and
// in a dark page; the colours follow what the reader's browser prefers.
//
//   node bench/chart.mjs RESULTS CHARTS      RESULTS: the folder that bench/compare.mjs wrote; CHARTS: where to draw

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { machineTitle, median, readResults, valuesOf } from "./compare/results.mjs";
import { tests } from "./compare/tests.mjs";

const [from, to] = process.argv.slice(2);
if (!to) {
  console.error("usage: node bench/chart.mjs RESULTS CHARTS");
  process.exit(2);
}

const charts = [
  {
    file: "delivery",
    title: "CPU per delivered message, µs",
    note: "less is better",
    bars: ["fan1x1000", "fan10x100", "fan100x10", "fan1000x2"].map((test) => [tests[test].title, test, 0]),
  },
  {
    file: "request",
    title: "CPU per request and reply, µs",
    note: "less is better; each room has one client",
    bars: ["rr10", "rr500", "rr2000"].map((test) => [tests[test].title.replace("request and reply, ", ""), test, 0]),
  },
  {
    file: "memory_client",
    title: "Memory of a joined, idle client, KiB",
    note: "less is better; without the kernel's socket buffers",
    bars: ["idle10k", "idle8k", "idle4k"].map((test) => [tests[test].title, test, 0]),
  },
  {
    file: "memory_room",
    title: "Memory of a room, KiB",
    note: "less is better; Entmoot and workerd isolate each room",
    bars: [[tests.cold2k.title, "cold2k", 3]],
  },
  {
    file: "new_room",
    title: "Join of a new room, µs",
    note: "p50, less is better",
    bars: [[tests.cold2k.title, "cold2k", 0]],
  },
  {
    file: "most",
    title: "Most deliveries per second, thousands",
    note: "more is better; p99 below 100 ms, nothing lost",
    bars: ["max1x1000", "max100x10"].map((test) => [tests[test].title, test, 0]),
  },
];

const WIDTH = 760;
const LEFT = 24;
const NAMES = 100;
const FIGURES = 84;
const BAR = 18;
const GAP = 6;

const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const show = (value) =>
  value >= 100 ? Math.round(value).toLocaleString("en") : value >= 10 ? value.toFixed(1) : value.toFixed(2);

const STYLE = `
    text { font: 14px system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; fill: #1f2a24 }
    .title { font-size: 17px; font-weight: 600 }
    .group { font-weight: 600 }
    .quiet { fill: #5c6a62; font-size: 13px }
    .page { fill: #ffffff; stroke: #d5ddd8 }
    .bar { fill: #a9b8b0 }
    .entmoot { fill: #2f7d4f }
    .floor { fill: #d3dcd7 }
    .figure { font-variant-numeric: tabular-nums }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6ece8 }
      .quiet { fill: #9fb0a6 }
      .page { fill: #141a17; stroke: #2f3a34 }
      .bar { fill: #5f7167 }
      .entmoot { fill: #56b37d }
      .floor { fill: #3b4841 }
    }`;

/** Groups with at least one value: { label, bars: [{ server, title, value }] }. */
function groupsOf({ bars }, results) {
  return bars
    .map(([label, test, index]) => {
      const [, path, factor] = tests[test].figures[index];
      const measured = results
        .map((result) => ({ server: result.server, title: result.title, values: valuesOf(result, test, path, factor) }))
        .filter(({ values }) => values.length > 0)
        .map(({ values, ...server }) => ({ ...server, value: median(values) }));
      return { label, bars: measured };
    })
    .filter(({ bars: measured }) => measured.length > 0);
}

function draw(chart, results) {
  const groups = groupsOf(chart, results);
  if (groups.length === 0) return null;
  const greatest = Math.max(...groups.flatMap(({ bars }) => bars.map(({ value }) => value)));
  const room = WIDTH - 2 * LEFT - NAMES - FIGURES;
  const parts = [];
  let y = 34;
  parts.push(`<text class="title" x="${LEFT}" y="${y}">${escape(chart.title)}</text>`);
  parts.push(`<text class="quiet" x="${WIDTH - LEFT}" y="${y}" text-anchor="end">${escape(chart.note)}</text>`);
  y += 18;
  for (const { label, bars } of groups) {
    y += 22;
    parts.push(`<text class="group" x="${LEFT}" y="${y}">${escape(label)}</text>`);
    y += 10;
    for (const { server, title, value } of bars) {
      const width = Math.max(1.5, (value / greatest) * room);
      const middle = y + BAR / 2 + 5;
      const kind = server === "entmoot" ? "bar entmoot" : server === "epoll" ? "bar floor" : "bar";
      parts.push(`<text x="${LEFT + NAMES - 10}" y="${middle}" text-anchor="end">${escape(title)}</text>`);
      parts.push(`<rect class="${kind}" x="${LEFT + NAMES}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="3"/>`);
      parts.push(
        `<text class="figure" x="${(LEFT + NAMES + width + 8).toFixed(1)}" y="${middle}">${show(value)}</text>`,
      );
      y += BAR + GAP;
    }
  }
  const { date, machine, rounds } = results[0];
  y += 20;
  const spread = rounds === 1 ? "one round" : `median of ${rounds} rounds`;
  const about = `${date.slice(0, 10)}, ${machineTitle(machine)}, ${spread}`;
  parts.push(`<text class="quiet" x="${LEFT}" y="${y}">${escape(about)}</text>`);
  const height = y + 18;
  const described = groups
    .map(({ label, bars }) => `${label}: ${bars.map(({ title, value }) => `${title} ${show(value)}`).join(", ")}`)
    .join(". ");
  const size = `width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-labelledby="title figures">
  <!-- SPDX-License-Identifier: MIT. Drawn by bench/chart.mjs. -->
  <title id="title">${escape(chart.title)}</title>
  <desc id="figures">${escape(described)}</desc>
  <style>${STYLE}
  </style>
  <rect class="page" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>
  ${parts.join("\n  ")}
</svg>
`;
}

const results = readResults(from);
if (results.length === 0) {
  console.error(`chart: ${from} has no results: run scripts/bench compare first`);
  process.exit(1);
}
mkdirSync(to, { recursive: true });
for (const chart of charts) {
  const svg = draw(chart, results);
  if (svg) writeFileSync(join(to, `${chart.file}.svg`), svg);
  else console.error(`chart: ${chart.file}.svg is not drawn, since none of its tests was run`);
}
