// SPDX-License-Identifier: MIT
//
// Actions of a scenario that its clients do not perform themselves. Everything is named by its address and every
// value is plain, so that a scenario in a page makes the same requests through its browser.

import { Server } from "./server.mjs";
import { UpgradeBreaker } from "./upgrade_breaker.mjs";

export class Backstage {
  #things = new Map();

  /** A server of one's own: `url`. */
  async startServer() {
    return this.#keep(await Server.start());
  }

  /** A proxy to the server at `url` that no WebSocket passes. */
  async startUpgradeBreaker(url) {
    return this.#keep(await UpgradeBreaker.start(new URL(url)));
  }

  async stop(url) {
    await this.#things.get(url).stop();
  }

  /** The same server again, on the same port. */
  async startAgain(url) {
    await this.#things.get(url).startAgain();
  }

  /** The end of everything. */
  async end() {
    const things = [...this.#things.values()];
    this.#things.clear();
    for (const thing of things) await thing.stop();
  }

  #keep(thing) {
    this.#things.set(thing.url.href, thing);
    return thing.url.href;
  }
}
