// SPDX-License-Identifier: MIT
//
// The environment of a scenario: one version of phoenix.js, one transport, one server, and the connected clients.

import { Client } from "./phoenix_client.mjs";

export class World {
  #clients = [];

  /**
   * `phoenix` is the library, `transports` has its two by name, `server` is an address, `backstage` does what
   * backstage.mjs says, `sessionStorage` is where the library remembers things; a page has its own.
   */
  constructor({ phoenix, version, transports, transport, server, backstage, sessionStorage }) {
    Object.assign(this, { phoenix, version, transports, transport, server, backstage, sessionStorage });
  }

  get polls() {
    return this.transport === "LongPoll";
  }

  /** 1.7 opens a new long-poll session for a lost one, and joins nothing in it. */
  get rejoinsAfterLoss() {
    return !this.polls || this.version !== "1.7.20";
  }

  /** A new client of the server, or of another one. */
  open({ server = this.server, ...options } = {}) {
    const client = new Client(this.phoenix, this.transports[this.transport], server, {
      sessionStorage: this.sessionStorage,
      ...options,
    });
    this.#clients.push(client);
    return client;
  }

  /** Clients left open would go on. */
  close() {
    for (const client of this.#clients.splice(0)) client.close();
  }
}
