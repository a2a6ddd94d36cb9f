// SPDX-License-Identifier: MIT
//
// Wraps the original phoenix.js for tests: promises instead of callbacks, and a record of how sockets were closed. The
// protocol itself is left to phoenix.js.

import { WebSocket } from "ws";
import * as phoenix_1_7_20 from "phoenix-1.7.20";
import * as phoenix_1_8_16 from "phoenix-1.8.16";

export const versions = { "phoenix 1.7.20": phoenix_1_7_20, "phoenix 1.8.16": phoenix_1_8_16 };
export const newest = phoenix_1_8_16;

const WAIT_MS = 10000; // Generous, so that a busy machine causes no failure.

/** Polls until `condition` holds; throws after `within` milliseconds. */
export async function until(condition, what, within = WAIT_MS) {
  const end = performance.now() + within;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > end)
      throw new Error(`waited ${within} ms for: ${typeof what === "function" ? what() : what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const clients = new Set();

/** Called at the end of a test: an open client keeps the process alive and tries to reconnect. */
export function closeClients() {
  for (const client of clients) client.close();
}

export class Client {
  opened = 0;
  closes = []; // The code of every close.

  constructor(server, phoenix = newest, options = {}) {
    this.server = server;
    this.socket = new phoenix.Socket(server.socketUrl, { transport: WebSocket, ...options });
    this.socket.onOpen(() => ++this.opened);
    this.socket.onClose((event) => this.closes.push(event.code));
    this.socket.onError(() => {}); // Some tests rely on reconnects after refused connections.
    this.socket.connect();
    clients.add(this);
  }

  room(id, params = {}) {
    return new RoomSeen(this, id, params);
  }

  /** Joins and waits for the reply. */
  async join(id, params = {}) {
    const room = this.room(id, params);
    await room.joined;
    return room;
  }

  close() {
    clients.delete(this);
    this.socket.disconnect();
  }
}

/** A channel, and everything that was received on it. */
export class RoomSeen {
  live = []; // new_message, in the order of arrival
  histories = []; // The history in the reply to each join.
  joins = 0;
  errors = 0;
  closed = 0;

  constructor(client, id, params) {
    this.client = client;
    this.id = id;
    this.channel = client.socket.channel(`room:${id}`, params);
    this.channel.on("new_message", (message) => this.live.push(message));
    this.channel.onError(() => ++this.errors);
    this.channel.onClose(() => ++this.closed);
    this.joined = new Promise((resolve, reject) => {
      this.channel
        .join()
        .receive("ok", (reply) => {
          ++this.joins;
          this.history = reply.messages; // That of the last join.
          this.histories.push(reply.messages);
          resolve(this);
        })
        .receive("error", (reason) => reject(new Error(`join refused: ${JSON.stringify(reason)}`)))
        .receive("timeout", () => reject(new Error("join not answered")));
    });
    this.joined.catch(() => {}); // Handled where it is awaited.
  }

  /** `{status, response}`; status is "timeout" without a reply. */
  push(event, payload, within = WAIT_MS) {
    return new Promise((resolve) => {
      const push = this.channel.push(event, payload, within);
      for (const status of ["ok", "error", "timeout"])
        push.receive(status, (response) => resolve({ status, response }));
    });
  }

  say(text, sender = "ann") {
    return this.push("send_message", { sender, text });
  }

  texts() {
    return this.live.map((message) => message.text);
  }

  /** The texts of all histories. */
  read() {
    return this.histories.flat().map((message) => message.text);
  }

  async heard(count) {
    await until(
      () => this.live.length >= count,
      () => `message ${count} in room ${this.id}; heard ${this.live.length}`,
    );
  }

  leave() {
    return new Promise((resolve) => this.channel.leave().receive("ok", resolve));
  }
}

/** A room name that no other test uses, because rooms live as long as the server. */
let rooms = 0;
export function freshRoom(word = "room") {
  return `${word}-${++rooms}`;
}
