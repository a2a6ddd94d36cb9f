// SPDX-License-Identifier: MIT
//
// The results: one file of JSON for each server, with every figure of every round, and a table of the medians.

import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { tests } from "./tests.mjs";

/** The number at a path such as "delivery_us.p50"; nothing if there is none, or if it is a percentile of no samples. */
export const valueAt = (figures, path) => {
  const keys = path.split(".");
  const last = keys.pop();
  const part = keys.reduce((whole, key) => whole?.[key], figures);
  return typeof part?.[last] === "number" && part.n !== 0 ? part[last] : undefined;
};

export const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** The values of a figure in all rounds that did not fail, in the unit of the table. */
export const valuesOf = (result, test, path, factor) =>
  (result.tests[test] ?? [])
    .filter((run) => !run.error)
    .map((run) => valueAt(run, path))
    .filter((value) => value !== undefined)
    .map((value) => value * factor);

/** Replaces what an earlier run wrote. */
export function writeResults(folder, results) {
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(folder)) if (file.endsWith(".json")) rmSync(join(folder, file));
  for (const result of results) {
    writeFileSync(join(folder, `${result.server}.json`), `${JSON.stringify(result, null, 1)}\n`);
  }
}

/** In the order in which the servers were measured. */
export function readResults(folder) {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")))
    .sort((a, b) => a.place - b.place);
}

function cell(result, test, [, what, factor, digits]) {
  const runs = result.tests[test];
  if (!runs) return { text: "" };
  const failed = runs.filter((run) => run.error).length;
  const mark = failed > 0 ? ` (${failed} of ${runs.length} failed)` : "";
  if (typeof what === "function") {
    const words = new Set(runs.filter((run) => !run.error).map(what));
    return { text: [...words].join(" or ") + mark || "failed" };
  }
  // The load generator says -1 if it did not come to this.
  const values = valuesOf(result, test, what, factor).filter((value) => value >= 0);
  if (values.length === 0) return { text: failed > 0 ? "failed" : "never" };
  const show = (value) => value.toFixed(digits);
  const [middle, least, greatest] = [median(values), Math.min(...values), Math.max(...values)];
  const range = show(least) === show(greatest) ? "" : ` [${show(least)}-${show(greatest)}]`;
  return { text: show(middle) + range + mark, median: middle };
}

export const machineTitle = ({ cpu, cores }) => `${cpu}, ${cores} core${cores > 1 ? "s" : ""}`;

const ratio = (value) => (value < 0.1 ? value.toPrecision(2) : value.toFixed(2));

/** Markdown. `skipped`: lines that say what is not in it, and why. */
export function tableOf(results, skipped) {
  const entmoot = results.find(({ server }) => server === "entmoot");
  const bun = results.find(({ server }) => server === "bun");
  const rows = [["measure", ...results.map(({ title }) => title), ...(entmoot && bun ? ["Entmoot ÷ Bun"] : [])]];
  for (const [name, test] of Object.entries(tests)) {
    if (!results.some((result) => result.tests[name])) continue;
    for (const figure of test.figures) {
      const cells = new Map(results.map((result) => [result, cell(result, name, figure)]));
      const row = [`${test.title}: ${figure[0]}`, ...[...cells.values()].map(({ text }) => text)];
      if (entmoot && bun) {
        const [ours, theirs] = [cells.get(entmoot).median, cells.get(bun).median];
        row.push(ours > 0 && theirs > 0 ? ratio(ours / theirs) : "");
      }
      rows.push(row);
    }
  }
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) =>
    `| ${row.map((text, column) => (column ? text.padStart(widths[column]) : text.padEnd(widths[column]))).join(" | ")} |`;
  const rule = `|${widths.map((width, column) => "-".repeat(width + 1) + (column ? ":" : "-")).join("|")}|`;
  const { machine, date, rounds, pinned } = results[0];
  const about = [
    `${date}, ${machineTitle(machine)}, Linux ${machine.kernel}, load ${machine.loadBefore} before and ` +
      `${machine.loadAfter} after. ${rounds === 1 ? "One round." : `Medians [least-most] of ${rounds} rounds.`} ` +
      (pinned ? "The server had one core, the load generator another." : "Nothing was pinned."),
    ...results.map(({ title, version }) => `${title}: ${version}`),
  ];
  return [
    about[0], "", ...about.slice(1).map((text) => `- ${text}`), "",
    line(rows[0]), rule, ...rows.slice(1).map(line),
    ...(skipped.length ? ["", ...skipped.map((text) => `- ${text}`)] : []),
  ].join("\n");
}
