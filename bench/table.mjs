// SPDX-License-Identifier: MIT
//
// Formats the lines that the benchmarks print (bench/report.hpp) as one table.

const GAP = "  ";
const { stdin, stdout } = process;

const groups = new Map(); // group → what → subject → { unit, figures, tails }
const at = (map, key, make) => {
  if (!map.has(key)) map.set(key, make());
  return map.get(key);
};

let input = "";
for await (const chunk of stdin.setEncoding("utf8")) input += chunk;
for (const line of input.split("\n")) {
  const [group, what, subject, unit, figure, tail] = line.split("\t");
  if (figure === undefined) continue;
  const whats = at(groups, group, () => new Map());
  const row = at(at(whats, what, () => new Map()), subject, () => ({ unit, figures: [], tails: [] }));
  row.figures.push(Number(figure));
  if (tail !== undefined) row.tails.push(Number(tail));
}

const median = (numbers) => {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
const short = (number) => {
  if (number === 0) return "0";
  const decimals = Math.min(3, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(number)))));
  return number.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
};

const header = ["what", "of", "median", "unit", "p99", "rounds from…to", "ratio"];
const rows = [];
for (const [group, whats] of groups) {
  rows.push([group]);
  for (const [what, subjects] of whats) {
    let base;
    for (const [subject, { unit, figures, tails }] of subjects) {
      const figure = median(figures);
      base ??= figure;
      rows.push([
        `${GAP}${what}`,
        subject,
        short(figure),
        unit,
        tails.length ? short(median(tails)) : "",
        `${short(Math.min(...figures))}…${short(Math.max(...figures))}`,
        subjects.size > 1 ? `${(figure / base).toFixed(2)}×` : "",
      ]);
    }
  }
}

const widths = header.map((name, i) => Math.max(name.length, ...rows.filter((r) => r.length > 1).map((r) => r[i].length)));
const left = new Set([0, 1, 3]);
const show = (row) => row.map((cell, i) => (left.has(i) ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(GAP);
stdout.write(`${show(header).trimEnd()}\n`);
for (const row of rows) stdout.write(row.length === 1 ? `\n${row[0]}\n` : `${show(row).trimEnd()}\n`);
