// SPDX-License-Identifier: MIT
//
// One connection of a case: raw bytes out, and an inbox of what the server sent. It answers nothing automatically,
// neither ping nor close, and records the time of each event.

import { connect } from "node:net";
import { acceptOf, freshKey, httpHead, httpRequest, wsMeaning, wsParse } from "./wire.mjs";

const LATE_MS = 10000; // For events that should happen at once; generous, for busy machines.

export class RawSocket {
  inbox = []; // what wsMeaning makes of the frames, then {end: true}
  #socket;
  #bytes = Buffer.alloc(0);
  #open = false; // the handshake is over: bytes are frames
  #ended = false;
  #failure = null;
  #wakers = [];

  static async connect(url) {
    const raw = new RawSocket();
    raw.#socket = connect({ host: url.hostname, port: Number(url.port || 80), noDelay: true });
    await new Promise((resolve, reject) => raw.#socket.once("connect", resolve).once("error", reject));
    raw.#socket.on("error", () => {}); // A reset counts as an end.
    raw.#socket.on("data", (chunk) => raw.#take(chunk));
    raw.#socket.on("close", () => raw.#end());
    raw.#socket.on("end", () => raw.#end());
    return raw;
  }

  write(bytes) {
    this.#socket.write(bytes);
  }

  /** One byte a segment, as far as the kernel goes along with it. */
  async dribble(bytes) {
    for (const byte of bytes) {
      this.#socket.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
  }

  destroy() {
    this.#socket.destroy();
  }

  /** Asks to become a WebSocket; `early` goes into the request's own segment. Gives the response. */
  async upgrade(path, headers = {}, early = Buffer.alloc(0)) {
    const all = {
      Host: "example.com",
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": freshKey(),
      ...headers,
    };
    this.write(Buffer.concat([httpRequest("GET", path, all), early]));
    const response = await this.response("GET", true);
    if (response.status === 101) {
      const key = [all["Sec-WebSocket-Key"]].flat()[0];
      if (response.headers["sec-websocket-accept"] !== acceptOf(key)) throw new Error("a wrong Sec-WebSocket-Accept");
    }
    return response;
  }

  /** The next HTTP response, `{status, headers, body}`. */
  async response(method, upgrading = false) {
    const head = await this.#until(() => httpHead(this.#bytes), "an HTTP response");
    if (head.status === 101 && upgrading) {
      this.#bytes = head.rest;
      this.#open = true;
      this.#parse();
      return { ...head, body: "" };
    }
    const length = method === "HEAD" ? 0 : Number(head.headers["content-length"] ?? 0);
    await this.#until(() => httpHead(this.#bytes).rest.length >= length, "the body of an HTTP response");
    const { rest } = httpHead(this.#bytes);
    this.#bytes = rest.subarray(length);
    return { status: head.status, headers: head.headers, body: rest.subarray(0, length).toString() };
  }

  /** The next thing that the server says, or null if it says nothing for so long. */
  async next(withinMs = LATE_MS) {
    await this.#wait(() => this.inbox.length > 0, withinMs);
    return this.inbox.shift() ?? null;
  }

  #take(chunk) {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    if (this.#open) this.#parse();
    this.#wake();
  }

  #parse() {
    try {
      const [frames, rest] = wsParse(this.#bytes);
      this.#bytes = rest;
      for (const frame of frames) this.inbox.push(wsMeaning(frame));
    } catch (error) {
      this.#failure = error;
    }
    this.#wake();
  }

  #end() {
    if (!this.#ended) this.inbox.push({ end: true });
    this.#ended = true;
    this.#wake();
  }

  #wake() {
    for (const wake of this.#wakers.splice(0)) wake();
  }

  async #until(condition, what) {
    const value = await this.#wait(condition, LATE_MS);
    if (!value) throw new Error(this.#ended ? `the connection ended before ${what}` : `no sign of ${what}`);
    return value;
  }

  async #wait(condition, withinMs) {
    const end = performance.now() + withinMs;
    for (;;) {
      if (this.#failure) throw this.#failure;
      const value = condition();
      const left = end - performance.now();
      if (value || left <= 0) return value;
      if (this.#ended && this.inbox.length === 0) return value;
      let timer;
      await new Promise((resolve) => {
        this.#wakers.push(resolve);
        timer = setTimeout(resolve, left);
      });
      clearTimeout(timer);
    }
  }
}
