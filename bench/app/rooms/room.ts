// SPDX-License-Identifier: MIT
//
// The measured chat as an app, with the same frames as chat_room and the compared servers (bench/rivals/chat.mjs).

interface Message {
  sender: string;
  text: string;
  timestamp: number;
}

const MESSAGES_MAX = 1000;
const messages: Message[] = [];

export function join() {
  return { messages };
}

export function handleIn(event: string, { sender, text }: Message) {
  if (event !== "send_message") throw new Error(`unknown event "${event}"`);
  const message: Message = { sender, text, timestamp: Date.now() };
  messages.push(message);
  if (messages.length > MESSAGES_MAX) messages.shift();
  room.broadcast("new_message", message);
  return message;
}
