// SPDX-License-Identifier: MIT
//
// A TCP connection to the server that sends whatever it is told and records how it ended: by whom, and with which last
// word of the server (an HTTP status or the code of a close frame).

import { connect } from "node:net";
import { setTimeout as after } from "node:timers/promises";
import { httpHead, upgradeRequest, wsClose, wsMeaning, wsParse, wsText } from "../conformance/wire.mjs";

const CONNECTED_WITHIN_MS = 5000;
const KEPT_BYTES = 2 ** 20; // What a client that reads remembers at most.

export class RawClient {
  #bytes = Buffer.alloc(0);
  ended = false;

  static async connect(port) {
    const client = new RawClient();
    client.socket = connect({ host: "127.0.0.1", port, noDelay: true });
    client.closed = new Promise((resolve) => client.socket.once("close", resolve));
    client.closed.then(() => (client.ended = true));
    client.socket.on("error", (error) => (client.error = error.code));
    client.socket.on("data", (chunk) => {
      if (client.#bytes.length < KEPT_BYTES) client.#bytes = Buffer.concat([client.#bytes, chunk]);
    });
    const connected = new Promise((resolve) => client.socket.once("connect", () => resolve(true)));
    if (!(await Promise.race([connected, client.closed, after(CONNECTED_WITHIN_MS, false)])))
      throw new Error(`not connected: ${client.error ?? "too late"}`);
    return client;
  }

  /** A connection that is a WebSocket. */
  static async webSocket(port) {
    const client = await RawClient.connect(port);
    client.write(upgradeRequest());
    await client.until(() => client.#bytes.includes("\r\n\r\n"), 5000);
    return client;
  }

  write(bytes) {
    if (!this.ended && !this.socket.destroyed) this.socket.write(bytes);
  }

  say(...message) {
    this.write(wsText(JSON.stringify(message)));
  }

  stopReading() {
    this.socket.pause();
  }

  readOn() {
    this.socket.resume();
  }

  reset() {
    this.socket.resetAndDestroy();
  }

  leave() {
    this.socket.destroy();
  }

  /** Closes properly and waits for the server's close. */
  async close() {
    this.write(wsClose(1000));
    await Promise.race([this.closed, after(1000)]);
    this.socket.destroy();
  }

  get received() {
    return this.#bytes.length;
  }

  async until(condition, withinMs) {
    const end = performance.now() + withinMs;
    while (!condition() && !this.ended && performance.now() < end) await after(5);
    return condition();
  }

  /** Waits until the server ends the connection. Gives its last word, or "left open". */
  async end(withinMs) {
    await Promise.race([this.closed, after(withinMs)]);
    const word = this.ended ? this.#lastWord() : "left open";
    this.socket.destroy();
    return word;
  }

  #lastWord() {
    try {
      const { status, rest } = httpHead(this.#bytes) ?? {};
      if (status === undefined) return this.error ?? "closed without a word";
      if (status !== 101) return `status ${status}`;
      const last = wsParse(rest)[0].at(-1);
      const { close, reason } = last === undefined ? {} : wsMeaning(last);
      if (close !== undefined) return `close ${close}${reason ? `: ${reason}` : ""}`;
    } catch {
      // Bytes that the client no longer has, or the rest of a frame.
    }
    return this.error ?? "closed";
  }
}
