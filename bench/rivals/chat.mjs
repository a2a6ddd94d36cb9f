// SPDX-License-Identifier: MIT
//
// The chat as the rivals run it: the same frames as the chat room's, and no more work than has to be done for them. No
// supervision, no isolation, no checks: whatever these lack only makes them faster.

const rooms = new Map();
const MESSAGES_MAX = 1000;

/** Answers a frame: `reply(text)` to who sent it, `broadcast(topic, text)` to all who have joined. */
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
