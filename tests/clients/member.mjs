// SPDX-License-Identifier: MIT
//
// A member of a durable room of durable_app, with phoenix.js and entmoot-client: it notes the replies to its joins and what it
// is told.

import { recover } from "../../packages/entmoot-client/index.js";
import { versions, WebSocket, XhrOverFetch } from "../conformance/phoenix_in_node.mjs";
import { until } from "./chat_client.mjs";

export { versions };
globalThis.XMLHttpRequest ??= XhrOverFetch; // phoenix.js 1.7 polls with it

const open = new Set();
/** At the end of a test: an open socket keeps the process alive. */
export function closeMembers() {
  for (const member of open) member.socket.disconnect();
  open.clear();
}

let rooms = 0;
export const freshTopic = (kind = "board") => `${kind}:${process.pid}-${++rooms}`;

export class Member {
  replies = [];
  told = [];
  errors = 0;

  constructor(server, topic, { phoenix = versions["1.8.16"], transport = "websocket", params = {}, position, recovers = true } = {}) {
    this.socket = new phoenix.Socket(server.socketUrl, {
      transport: transport === "longpoll" ? phoenix.LongPoll : WebSocket,
      reconnectAfterMs: () => 20,
      rejoinAfterMs: () => 20,
    });
    this.socket.onError(() => {});
    this.channel = this.socket.channel(topic, params);
    this.channel.onError(() => ++this.errors);
    if (recovers) this.recovery = recover(this.channel, { position });
    this.channel.on("said", ({ text }) => this.told.push(text));
    this.channel.on("drawn", (bytes) => this.told.push([...new Uint8Array(bytes)]));
    this.joined = new Promise((resolve, reject) => {
      this.channel.join().receive("ok", (reply) => resolve(this.replies.push(reply))).receive("error", reject);
    });
    this.socket.connect();
    open.add(this);
  }

  /** Joins and waits for the reply. */
  static async in(server, topic, options) {
    const member = new Member(server, topic, options);
    await member.joined;
    return member;
  }

  ask(event, payload = {}) {
    return new Promise((resolve) => {
      const push = this.channel.push(event, payload, 10000);
      for (const status of ["ok", "error", "timeout"]) push.receive(status, (response) => resolve({ status, response }));
    });
  }

  /** Ends the connection without a word, until return() is called. */
  vanish() {
    return new Promise((resolve) => this.socket.disconnect(resolve));
  }

  async return() {
    const before = this.replies.length;
    this.socket.connect();
    return this.nextReply(before);
  }

  async nextReply(before = this.replies.length) {
    await until(() => this.replies.length > before, "the reply to another join");
    return this.replies.at(-1);
  }

  async heard(count) {
    await until(() => this.told.length >= count, () => `${count} messages; there are ${JSON.stringify(this.told)}`);
    return this.told;
  }
}
