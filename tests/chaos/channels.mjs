// SPDX-License-Identifier: MIT
//
// The client's side of Phoenix channels (version 2 of the serializer, text only) over any transport that carries text:
// a small one of our own, so that the run knows every frame. Nothing is repeated and nothing is joined again.

import { WebSocket } from "ws";

export class Channels {
  #send;
  #refs = 0;
  #topics = new Map(); // topic → {joinRef, hears}
  #waiting = new Map(); // ref → {topic, resolve}
  #ended = null;

  /** `send` takes the text of a frame. */
  constructor(send) {
    this.#send = send;
  }

  /** Gives the reply, `{status, response}`. `hears(event, payload)` gets all other messages of the topic. */
  join(topic, hears = () => {}, params = {}) {
    const joinRef = String(this.#refs + 1);
    this.#topics.set(topic, { joinRef, hears });
    return this.push(topic, "phx_join", params);
  }

  leave(topic) {
    return this.push(topic, "phx_leave", {});
  }

  /** Gives the reply; its status is "gone" if the channel or the connection ends first. */
  push(topic, event, payload) {
    const { joinRef } = this.#topics.get(topic);
    if (this.#ended !== null) return Promise.resolve({ status: "gone", response: { reason: this.#ended } });
    const ref = String(++this.#refs);
    const reply = new Promise((resolve) => this.#waiting.set(ref, { topic, resolve }));
    this.#send(JSON.stringify([joinRef, ref, topic, event, payload]));
    return reply;
  }

  /** How many pushes have no reply. */
  get waiting() {
    return this.#waiting.size;
  }

  receive(text) {
    const [joinRef, ref, topic, event, payload] = JSON.parse(text);
    if (event === "phx_reply") {
      this.#settle(ref, payload);
      return;
    }
    const joined = this.#topics.get(topic);
    if (joined === undefined || (joinRef !== null && joinRef !== joined.joinRef)) return;
    if (event === "phx_error" || event === "phx_close") {
      for (const [ref, { topic: its }] of this.#waiting)
        if (its === topic) this.#settle(ref, { status: "gone", response: { reason: event } });
    }
    joined.hears(event, payload);
  }

  /** The transport has ended. */
  end(why) {
    this.#ended ??= why;
    for (const ref of [...this.#waiting.keys()]) this.#settle(ref, { status: "gone", response: { reason: why } });
  }

  #settle(ref, reply) {
    const waiting = this.#waiting.get(ref);
    this.#waiting.delete(ref);
    waiting?.resolve(reply);
  }
}

/** Channels over a WebSocket, when it is open. `socket` is that of the package ws. */
export async function channelsOverWebSocket(url, ended = () => {}) {
  const socket = new WebSocket(`${url.replace("http", "ws")}/socket/websocket?vsn=2.0.0`);
  const channels = new Channels((text) => socket.send(text));
  const end = (why) => {
    channels.end(why);
    ended(why);
  };
  socket.on("message", (data) => channels.receive(String(data)));
  socket.on("close", (code) => end(`closed with ${code}`));
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  socket.on("error", () => {}); // "close" follows.
  return { channels, socket };
}
