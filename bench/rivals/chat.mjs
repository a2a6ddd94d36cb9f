// SPDX-License-Identifier: MIT
//
// The chat of the compared servers: the same frames as chat_room, with the minimum of work. It has no supervision,
// isolation or validation, which only makes it faster.

const rooms = new Map();
const MESSAGES_MAX = 1000;

/** Handles a frame: `reply(text)` sends to its sender, `broadcast(topic, text)` to all clients that have joined. */
export function handle(frame, { join, reply, broadcast }) {
  const [joinRef, ref, topic, event, payload] = JSON.parse(frame);
  if (event === "phx_join") {
    const messages = rooms.get(topic) ?? [];
    rooms.set(topic, messages);
    join(topic);
    reply(JSON.stringify([joinRef, ref, topic, "phx_reply", { status: "ok", response: { messages } }]));
  } else if (event === "send_message") {
    const message = { sender: payload.sender, text: payload.text, timestamp: Date.now() };
    const messages = rooms.get(topic);
    messages.push(message);
    if (messages.length > MESSAGES_MAX) messages.shift();
    broadcast(topic, JSON.stringify([null, null, topic, "new_message", message]));
    reply(JSON.stringify([joinRef, ref, topic, "phx_reply", { status: "ok", response: message }]));
  }
}

export const ready = (port) => console.log(`listening on ${port}`);
