// SPDX-License-Identifier: MIT
//
// Node with the `ws` package, as in its documentation: a loop that sends to each socket.

import { WebSocketServer } from "ws";

import { handle, ready } from "./chat.mjs";

const members = new Map();
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false }, () =>
  ready(server.address().port),
);

server.on("connection", (socket) => {
  const joined = new Set();
  const room = {
    join(topic) {
      if (!members.has(topic)) members.set(topic, new Set());
      members.get(topic).add(socket);
      joined.add(topic);
    },
    reply: (text) => socket.send(text),
    broadcast(topic, text) {
      const data = Buffer.from(text);
      for (const member of members.get(topic)) member.send(data, { binary: false });
    },
  };
  socket.on("message", (data) => handle(data.toString(), room));
  socket.on("close", () => joined.forEach((topic) => members.get(topic).delete(socket)));
});
