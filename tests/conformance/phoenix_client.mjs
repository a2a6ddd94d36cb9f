// SPDX-License-Identifier: MIT
//
// Helpers for scenarios with the real phoenix.js, in Node or in a page: promises instead of callbacks, and a record of
// what a client received.

const WAIT_MS = 10000; // For events that should happen at once; generous, for busy machines.
const SOON = () => 20; // Timers of the client that a test would otherwise wait for.

/** Resolves when `condition` holds; for what no callback tells. */
export async function until(condition, what) {
  const end = performance.now() + WAIT_MS;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > end) throw new Error(`waited in vain for ${typeof what === "function" ? what() : what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export class Client {
  opened = 0;
  closes = []; // The code of every close.
  errors = [];

  /** `transport` is a class that phoenix.js takes as such. */
  constructor(phoenix, transport, server, { mount = "/socket", ...options } = {}) {
    this.socket = new phoenix.Socket(`ws://${new URL(server).host}${mount}`, {
      transport,
      reconnectAfterMs: SOON,
      rejoinAfterMs: SOON,
      ...options,
    });
    this.socket.onOpen(() => ++this.opened);
    this.socket.onClose((event) => this.closes.push(event.code));
    this.socket.onError((error) => this.errors.push(error));
    this.socket.connect();
  }

  channel(topic, params = {}) {
    return new ChannelSeen(this.socket.channel(topic, params));
  }

  /** Joins and waits until it has. */
  async join(topic, params = {}) {
    const seen = this.channel(topic, params);
    await until(
      () => seen.joins.length > 0,
      () => `the join of ${topic}; refused ${JSON.stringify(seen.refusals)}, socket errors ${this.errors.length}`,
    );
    return seen;
  }

  close() {
    this.socket.disconnect();
  }
}

/** A channel that has been told to join, and what came of it. */
export class ChannelSeen {
  joins = []; // the response of every join that was taken
  refusals = []; // and of every one that was not
  errors = 0;
  closes = 0;
  #heard = new Map();

  constructor(channel) {
    this.channel = channel;
    channel.onError(() => ++this.errors);
    channel.onClose(() => ++this.closes);
    channel
      .join()
      .receive("ok", (response) => this.joins.push(response))
      .receive("error", (response) => this.refusals.push(response));
  }

  /** `{status, response}`; status is "timeout" when no answer came. */
  push(event, payload = {}, within = WAIT_MS) {
    return new Promise((resolve) => {
      const push = this.channel.push(event, payload, within);
      for (const status of ["ok", "error", "timeout"])
        push.receive(status, (response) => resolve({ status, response }));
    });
  }

  /** What is heard of `event` from now on. */
  listen(event) {
    if (!this.#heard.has(event)) {
      const heard = [];
      this.#heard.set(event, heard);
      this.channel.on(event, (payload) => heard.push(payload));
    }
    return this.#heard.get(event);
  }

  leave() {
    return new Promise((resolve) => this.channel.leave().receive("ok", resolve));
  }
}

/** A name that no other test and no other run uses. */
let names = 0;
const run = Math.random().toString(36).slice(2, 7);
export const fresh = (word) => `${word}-${run}-${++names}`;
