// SPDX-License-Identifier: MIT
//
// The measured chat on Bun's own WebSocket server. publish() is native code, topics and fan-out included.

const port = Number(process.argv[2]);
const MESSAGES_MAX = 100;
const rooms = new Map(); // topic → the last messages

const server = Bun.serve({
  hostname: "127.0.0.1",
  port,
  fetch(request, self) {
    if (new URL(request.url).pathname === "/socket/websocket" && self.upgrade(request)) return;
    return new Response("not found", { status: 404 });
  },
  websocket: {
    perMessageDeflate: false,
    idleTimeout: 120,
    // Bun drops messages to a socket that holds more than this. The compared servers drop none.
    backpressureLimit: 64 << 20,
    message(socket, raw) {
      const [joinRef, ref, topic, event, payload] = JSON.parse(raw);
      const reply = (response) =>
        socket.send(JSON.stringify([joinRef, ref, topic, "phx_reply", { status: "ok", response }]));
      switch (event) {
        case "send_message": {
          const messages = rooms.get(topic);
          if (!messages) return;
          const message = { sender: payload.sender, text: payload.text, timestamp: Date.now() };
          messages.push(message);
          if (messages.length > MESSAGES_MAX) messages.shift();
          server.publish(topic, JSON.stringify([null, null, topic, "new_message", message]));
          reply(message);
          break;
        }
        case "phx_join": {
          const messages = rooms.get(topic) ?? [];
          rooms.set(topic, messages);
          socket.subscribe(topic);
          reply({ messages });
          break;
        }
        case "phx_leave":
          socket.unsubscribe(topic);
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
    },
  },
});
