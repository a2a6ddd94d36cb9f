// SPDX-License-Identifier: MIT
//
// The measured chat on Node with the `ws` package, as in its documentation: a loop that sends to each socket.

import { createServer } from "node:http";

import { WebSocketServer } from "ws";

const port = Number(process.argv[2]);
const MESSAGES_MAX = 100;
const rooms = new Map(); // topic → { clients, messages }

const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
const server = createServer((request, response) => response.writeHead(404).end());
server.on("upgrade", (request, socket, head) => sockets.handleUpgrade(request, socket, head, connected));

function connected(socket) {
  const joined = new Set();
  const leave = (topic) => {
    joined.delete(topic);
    rooms.get(topic)?.clients.delete(socket);
  };
  socket.on("close", () => joined.forEach(leave));
  socket.on("error", () => {});
  socket.on("message", (raw) => {
    const [joinRef, ref, topic, event, payload] = JSON.parse(raw);
    const reply = (response) =>
      socket.send(JSON.stringify([joinRef, ref, topic, "phx_reply", { status: "ok", response }]));
    switch (event) {
      case "send_message": {
        const room = rooms.get(topic);
        if (!room) return;
        const message = { sender: payload.sender, text: payload.text, timestamp: Date.now() };
        room.messages.push(message);
        if (room.messages.length > MESSAGES_MAX) room.messages.shift();
        const data = Buffer.from(JSON.stringify([null, null, topic, "new_message", message]));
        for (const client of room.clients) client.send(data, { binary: false });
        reply(message);
        break;
      }
      case "phx_join": {
        const room = rooms.get(topic) ?? { clients: new Set(), messages: [] };
        rooms.set(topic, room);
        room.clients.add(socket);
        joined.add(topic);
        reply({ messages: room.messages });
        break;
      }
      case "phx_leave":
        leave(topic);
        reply({});
        break;
      case "heartbeat":
        reply({});
        break;
      case "crash":
        throw new Error("crash");
      case "spin":
        for (const end = Date.now() + payload.ms; Date.now() < end; );
        break;
    }
  });
}

// The default backlog, 511, drops connections of the test `storm5k`, which then wait a second for their second try.
server.listen({ host: "127.0.0.1", port, backlog: 4096 });
