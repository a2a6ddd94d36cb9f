// SPDX-License-Identifier: MIT
//
// A small client for load and abuse: messages of the Phoenix protocol, version 2, in WebSocket frames over a plain TCP
// socket. It does what phoenix.js must not: it sends thousands of messages in one write, stops reading, or ends without a
// close frame.

import { connect } from "node:net";
import { CLOSE, PING, PONG, TEXT, upgradeRequest, wsFrame, wsParse, wsText } from "../conformance/wire.mjs";

export class Client {
  #socket;
  #waiting = new Map(); // reference → the functions of the reply's promise
  #joins = new Map(); // topic → reference of its join
  #last = 0;
  /** Called with [join reference, reference, topic, event, payload] of messages that are no replies; payload may be a Buffer. */
  onMessage = () => {};
  /** The code of the server's close frame; 1006 if the connection ended without one. */
  closed = null;

  static connect(port) {
    return new Promise((resolve, reject) => {
      const client = new Client();
      const socket = (client.#socket = connect({ port, host: "127.0.0.1", noDelay: true }));
      let bytes = Buffer.alloc(0);
      let open = false;
      socket.once("connect", () => socket.write(upgradeRequest()));
      socket.on("data", (chunk) => {
        bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
        if (!open) {
          const end = bytes.indexOf("\r\n\r\n");
          if (end < 0) return;
          const status = bytes.toString("latin1", 9, 12);
          if (status !== "101") return reject(new Error(`the handshake got ${status}`));
          bytes = bytes.subarray(end + 4);
          open = true;
          resolve(client);
        }
        const [list, rest] = wsParse(bytes);
        bytes = rest;
        for (const each of list) client.#take(each);
      });
      socket.on("error", () => {});
      socket.once("close", () => {
        client.closed ??= 1006;
        const ended = new Error(`the connection ended with ${client.closed}`);
        for (const { reject: fail } of client.#waiting.values()) fail(ended);
        client.#waiting.clear();
        reject(ended);
      });
    });
  }

  #take({ opcode, payload }) {
    if (opcode === CLOSE) {
      this.closed = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
      this.#socket.end(wsFrame({ opcode: CLOSE, payload: payload.subarray(0, 2) }));
    } else if (opcode === PING) {
      this.#socket.write(wsFrame({ opcode: PONG, payload }));
    } else if (opcode === TEXT) {
      const message = JSON.parse(payload.toString());
      const [, ref, , event, content] = message;
      const asked = event === "phx_reply" ? this.#waiting.get(ref) : undefined;
      if (asked === undefined) return this.onMessage(message);
      this.#waiting.delete(ref);
      asked.resolve(content);
    } else {
      this.#takeBinary(payload);
    }
  }

  // Phoenix.Socket.V2.JSONSerializer: kinds 0 push, 1 reply, 2 broadcast, each with the lengths of its fields.
  #takeBinary(bytes) {
    const kind = bytes[0];
    const count = kind === 0 ? 3 : kind === 1 ? 4 : 2;
    const fields = [];
    let at = 1 + count;
    for (let i = 0; i < count; i++) {
      fields.push(bytes.toString("utf8", at, at + bytes[1 + i]));
      at += bytes[1 + i];
    }
    const payload = bytes.subarray(at);
    if (kind === 0) return this.onMessage([fields[0], null, fields[1], fields[2], payload]);
    if (kind === 2) return this.onMessage([null, null, fields[0], fields[1], payload]);
    const asked = this.#waiting.get(fields[1]);
    this.#waiting.delete(fields[1]);
    asked?.resolve({ status: fields[3], response: payload });
  }

  /** The reference and the frame of a message. A payload that is a string is sent as it is, and may be invalid JSON. */
  message(topic, event, payload = {}) {
    const ref = String(++this.#last);
    if (event === "phx_join") this.#joins.set(topic, ref);
    const head = JSON.stringify([this.#joins.get(topic) ?? null, ref, topic, event]);
    const json = typeof payload === "string" ? payload : JSON.stringify(payload);
    return { ref, bytes: wsText(`${head.slice(0, -1)},${json}]`) };
  }

  /** Sends a message and returns its reply, {status, response}. */
  request(topic, event, payload = {}, within = 20000) {
    const { ref, bytes } = this.message(topic, event, payload);
    return new Promise((resolve, reject) => {
      if (this.closed !== null) return reject(new Error(`the connection ended with ${this.closed}`));
      const late = setTimeout(() => {
        this.#waiting.delete(ref);
        reject(new Error(`no reply to ${event} of ${topic} within ${within} ms`));
      }, within);
      const ended = (settle) => (value) => {
        clearTimeout(late);
        settle(value);
      };
      this.#waiting.set(ref, { resolve: ended(resolve), reject: ended(reject) });
      this.#socket.write(bytes);
    });
  }

  join(topic, payload = {}) {
    return this.request(topic, "phx_join", payload);
  }

  /** Runs a function in a hostile room (app.mjs), with arguments that are JSON. It must not use anything around it. */
  run(topic, script, ...args) {
    return this.request(topic, "run", { code: `return (${script})(...p.args, client)`, args });
  }

  /** Sends a message without waiting for its reply. */
  send(topic, event, payload = {}) {
    this.#socket.write(this.message(topic, event, payload).bytes);
  }

  /** Sends many such messages, a few thousand per write, as fast as the server takes them. */
  async flood(topic, event, count, payload = () => ({})) {
    for (let sent = 0; sent < count && this.closed === null; ) {
      const list = [];
      for (; list.length < 2000 && sent < count; sent++) list.push(this.message(topic, event, payload(sent)).bytes);
      if (!this.#socket.write(Buffer.concat(list))) {
        await new Promise((resolve) => {
          const go = () => {
            this.#socket.off("drain", go).off("close", go);
            resolve();
          };
          this.#socket.once("drain", go).once("close", go);
        });
      }
    }
  }

  pause() {
    this.#socket.pause();
  }

  end() {
    this.#socket.destroy();
  }
}
