// SPDX-License-Identifier: MIT
//
// The measured chat as an app, with the same frames as the compared servers (bench/peers).

interface Message {
  sender: string;
  text: string;
  timestamp: number;
}

const MESSAGES_MAX = 100;
const messages: Message[] = [];

export function join() {
  return { messages };
}

export function handleIn(event: string, payload: { sender: string; text: string; ms?: number }) {
  switch (event) {
    case "send_message": {
      const message: Message = { sender: payload.sender, text: payload.text, timestamp: Date.now() };
      messages.push(message);
      if (messages.length > MESSAGES_MAX) messages.shift();
      room.broadcast("new_message", message);
      return message;
    }
    case "crash":
      room.stop("crash");
      return;
    case "spin":
      for (const end = Date.now() + payload.ms!; Date.now() < end; );
      return;
  }
  throw new Error(`unknown event "${event}"`);
}
