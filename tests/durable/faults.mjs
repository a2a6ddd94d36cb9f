// SPDX-License-Identifier: MIT
//
// The faults that a run has found: how many of each kind, and the first of each in words.

const EXAMPLES_MAX = 3;

export class Faults {
  counts = new Map();
  examples = [];
  /** Said with each example: when it was. */
  when = () => "";

  add(kind, what) {
    const count = (this.counts.get(kind) ?? 0) + 1;
    this.counts.set(kind, count);
    if (count <= EXAMPLES_MAX) this.examples.push(`${this.when()}: ${kind}: ${what}`.slice(0, 2000));
  }

  of(...kinds) {
    return kinds.reduce((sum, kind) => sum + (this.counts.get(kind) ?? 0), 0);
  }

  get total() {
    return this.of(...this.counts.keys());
  }
}
