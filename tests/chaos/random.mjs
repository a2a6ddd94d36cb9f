// SPDX-License-Identifier: MIT
//
// Random choices from a seed, which the run prints. The same seed makes the same choices; the order in which the server
// and the machine get to them differs from run to run.

export class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** In [0, 1): mulberry32. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `least` to `most`, both included. */
  between(least, most) {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  pick(list) {
    return list[this.between(0, list.length - 1)];
  }

  /** Another source that depends on this one's seed and on `word`, for a part of the run that draws on its own. */
  fork(word) {
    let seed = this.#state;
    for (const letter of word) seed = Math.imul(seed ^ letter.charCodeAt(0), 0x01000193) >>> 0;
    return new Random(seed);
  }
}
