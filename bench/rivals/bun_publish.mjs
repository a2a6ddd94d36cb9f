// SPDX-License-Identifier: MIT
//
// Bun's server with publish(): topics and fan-out are native code (uWebSockets).

import { handle, ready } from "./chat.mjs";

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: (request, self) => (self.upgrade(request) ? undefined : new Response("WebSocket only", { status: 400 })),
  websocket: {
    message: (socket, data) =>
      handle(data, {
        join: (topic) => socket.subscribe(topic),
        reply: (text) => socket.send(text),
        broadcast: (topic, text) => server.publish(topic, text),
      }),
  },
});
ready(server.port);
