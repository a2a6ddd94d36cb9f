// SPDX-License-Identifier: MIT
//
// The measured chat on workerd: one Durable Object for each room, in which the WebSockets of its clients end. The object is
// chosen when a client connects, so the room is in the URL: ?room=R.

import { DurableObject } from "cloudflare:workers";

const MESSAGES_MAX = 100;
// The clock stands still within a turn, so that a loop cannot look at it. A search in this takes about a millisecond, in
// native code: how long a loop in JavaScript takes depends on when it is compiled.
const HAYSTACK = "x".repeat(190_000);

export class Room extends DurableObject {
  clients = new Set();
  messages = [];

  fetch() {
    const [client, socket] = Object.values(new WebSocketPair());
    socket.accept();
    socket.addEventListener("message", ({ data }) => this.#handle(socket, data));
    socket.addEventListener("close", ({ code }) => {
      this.clients.delete(socket);
      // These two codes mean that none was sent, and must not be sent.
      socket.close(code === 1005 || code === 1006 ? 1000 : code);
    });
    socket.addEventListener("error", () => this.clients.delete(socket));
    return new Response(null, { status: 101, webSocket: client });
  }

  #handle(socket, raw) {
    const [joinRef, ref, topic, event, payload] = JSON.parse(raw);
    const reply = (response) =>
      socket.send(JSON.stringify([joinRef, ref, topic, "phx_reply", { status: "ok", response }]));
    switch (event) {
      case "send_message": {
        const message = { sender: payload.sender, text: payload.text, timestamp: Date.now() };
        this.messages.push(message);
        if (this.messages.length > MESSAGES_MAX) this.messages.shift();
        const data = JSON.stringify([null, null, topic, "new_message", message]);
        for (const client of this.clients) client.send(data);
        reply(message);
        break;
      }
      case "phx_join":
        this.clients.add(socket);
        reply({ messages: this.messages });
        break;
      case "phx_leave":
        this.clients.delete(socket);
        reply({});
        break;
      case "heartbeat":
        reply({});
        break;
      case "crash":
        this.ctx.abort("crash");
        break;
      case "spin":
        for (let ms = 0; ms < payload.ms; ++ms) this.found = HAYSTACK.indexOf("xy");
        break;
    }
  }
}

export default {
  fetch(request, env) {
    const room = new URL(request.url).searchParams.get("room");
    if (!room || request.headers.get("Upgrade") !== "websocket") return new Response("not found", { status: 404 });
    return env.ROOMS.get(env.ROOMS.idFromName(room)).fetch(request);
  },
};
