// SPDX-License-Identifier: MIT
//
// The chat that is measured, as an app: the frames are those of the chat room and of the rivals (bench/rivals/chat.mjs).

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
  if (event !== "send_message") throw new Error(`what is "${event}"?`);
  const message: Message = { sender, text, timestamp: Date.now() };
  messages.push(message);
  if (messages.length > MESSAGES_MAX) messages.shift();
  room.broadcast("new_message", message);
  return message;
}
