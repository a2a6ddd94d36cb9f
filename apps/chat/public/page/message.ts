// SPDX-License-Identifier: MIT
//
// A message as the room sends it. Payloads are validated before they are shown.

export interface Message {
  sender: string;
  text: string;
  timestamp: number; // Milliseconds since 1970, by the room's clock.
}

export const TEXT_MAX_CHARACTERS = 4000; // The server rejects longer texts.

export function isMessage(value: unknown): value is Message {
  const message = value as Message | null;
  return (
    typeof message === "object" &&
    message !== null &&
    typeof message.sender === "string" &&
    typeof message.text === "string" &&
    typeof message.timestamp === "number" &&
    Number.isFinite(message.timestamp)
  );
}

export function sameMessage(a: Message, b: Message): boolean {
  return a.timestamp === b.timestamp && a.sender === b.sender && a.text === b.text;
}

/** The number of code points, which the server counts too, not of UTF-16 units. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) ++length;
  return length;
}
