// A chat room. One instance runs for each topic "chat:…" that a client has joined: "chat:lobby" and "chat:garden" share
// nothing. Each has its own variables and handles one message at a time.

interface Message {
  id: number;
  name: string;
  text: string;
  at: number;
}

let lastId = 0;

/** Called when a client joins. The result is the reply; a Refusal rejects the join. */
export function join(params: { name?: unknown }, client: Client) {
  const name = words(params.name, 40);
  client.assigns.name = name;
  room.presence.track(client, name);
  return { messages: room.history.last() };
}

/** Called for each message of a client. The result is the reply. */
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
      throw new Refusal(`unknown event "${event}"`);
  }
}

/** When this file is saved, running rooms switch to the new code. They pass their state through these two functions. */
export function serialize() {
  return { lastId };
}

export function restore(state: { lastId: number }) {
  lastId = state.lastId;
}

/** Clients can send anything; this accepts only non-empty text. */
function words(value: unknown, most: number): string {
  const text = typeof value === "string" ? value.trim() : "";
  if (text === "") throw new Refusal("the text is empty");
  if (text.length > most) throw new Refusal(`the text is too long: at most ${most} characters`);
  return text;
}
