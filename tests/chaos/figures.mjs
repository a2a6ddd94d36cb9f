// SPDX-License-Identifier: MIT
//
// Figures of samples: quantiles of latencies, medians, and the slope of a line through samples (least squares).

/** `{n, p50, p99, max}`. */
export function spread(samples) {
  const sorted = Float64Array.from(samples).sort();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return { n: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

export function median(samples) {
  return spread(samples).p50;
}

/** By how much the samples grow from each to the next. */
export function slope(samples) {
  const middle = (samples.length - 1) / 2;
  const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
  let covariance = 0;
  let variance = 0;
  samples.forEach((sample, at) => {
    covariance += (at - middle) * (sample - mean);
    variance += (at - middle) ** 2;
  });
  return covariance / variance;
}

/** Counts of words, such as how something ended. */
export class Tally {
  counts = {};

  add(word, count = 1) {
    this.counts[word] = (this.counts[word] ?? 0) + count;
  }

  merge(counts) {
    for (const [word, count] of Object.entries(counts)) this.add(word, count);
  }
}

/** "a 3, b 2": the most frequent first. */
export function listed(counts) {
  const entries = Object.entries(counts).sort((a, b) => b[1] - a[1]);
  return entries.map(([word, count]) => `${word} ${count}`).join(", ") || "none";
}

export function total(counts) {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
