// A chat. One of these lives for every topic "chat:…" that somebody has joined: "chat:lobby" knows nothing of
// "chat:garden". It has its variables to itself, and does one thing at a time.

interface Message {
  id: number;
  name: string;
  text: string;
  at: number;
}

let lastId = 0;

/** Somebody comes in. What is returned is the answer; what is thrown keeps them out. */
export function join(params: { name?: unknown }, client: Client) {
  const name = words(params.name, 40);
  client.assigns.name = name;
  room.presence.track(client, name);
  return { messages: room.history.last() };
}

/** Somebody says something. What is returned is the reply. */
export function handleIn(event: string, payload: { text?: unknown }, client: Client) {
  const { name } = client.assigns;
  switch (event) {
    case "send": {
      const message: Message = { id: ++lastId, name, text: words(payload.text, 2000), at: Date.now() };
      room.history.push(message);
      room.broadcast("message", message);
      return { id: message.id };
    }
    case "typing":
      return room.broadcast("typing", { name }, { except: client });
    default:
      throw new Error(`what is "${event}"?`);
  }
}

/** Saving this file lets the room go on in the new code. What it needs to remember goes through here. */
export function serialize() {
  return { lastId };
}

export function restore(state: { lastId: number }) {
  lastId = state.lastId;
}

/** Clients may send anything: only a text that says something gets through. */
function words(value: unknown, most: number): string {
  const text = typeof value === "string" ? value.trim() : "";
  if (text === "") throw new Error("there is nothing in it");
  if (text.length > most) throw new Error(`that is too long: ${most} characters at most`);
  return text;
}
