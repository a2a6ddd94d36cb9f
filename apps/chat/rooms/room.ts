// SPDX-License-Identifier: MIT
//
// A room of the chat. One instance runs for each topic "room:…" that a client has joined or requested over HTTP. Messages
// are in room.history, clients in room.clients and room.presence. The server keeps all three when this file is reloaded,
// so the room has no state of its own to serialize.

export const topic = "room:*";
export const path = "/api/rooms/:id";

interface Message {
  sender: string;
  text: string;
  timestamp: number; // Milliseconds since 1970.
}

const ROOM_BYTES_MAX = 200;
const NAME_CHARACTERS_MAX = 100;
const TEXT_CHARACTERS_MAX = 4000;

/** A client that joins with a name is listed under it. A client without one can read and send messages, too. */
export function join(params: unknown, client: Client) {
  const error = roomNameError();
  if (error) throw new Refusal(error);
  if (isObject(params) && "name" in params) appear(client, field(params, "name", NAME_CHARACTERS_MAX));
  return { messages: room.history.last() };
}

export function handleIn(event: string, payload: unknown, client: Client) {
  if (payload instanceof Uint8Array) throw new Refusal("a message must be JSON, not binary");
  switch (event) {
    case "send_message":
      return say(messageFrom(payload));
    case "rename":
      return rename(payload, client);
    case "typing":
      return typing(payload, client);
    default:
      throw new Refusal(`unknown event "${event}"`);
  }
}

/** The HTTP API of the room. */
export async function handleRequest(request: Request, { path, local }: RoomRequestInfo) {
  const error = roomNameError();
  if (error) return refusal(400, error);
  switch (`${request.method} ${path}`) {
    case "GET ":
    case "HEAD ":
      return Response.json({ messageCount: room.history.length, mayKill: local });
    case "POST /messages": {
      let message: Message;
      try {
        message = messageFrom(await request.json());
      } catch (error) {
        return refusal(400, (error as Error).message);
      }
      return Response.json(say(message), { status: 201 });
    }
    case "DELETE ":
      if (!local) return refusal(403, "rooms can only be killed from this machine");
      room.stop("killed");
      return new Response(null, { status: 204 });
    default:
      return refusal(404, "not found");
  }
}

// ---- Actions

function say(message: Message): Message {
  room.history.push(message);
  room.broadcast("new_message", message);
  return message;
}

function appear(client: Client, name: string): void {
  client.assigns.name = name;
  room.presence.track(client, client.id, { name });
}

function rename(payload: unknown, client: Client): void {
  if (!client.assigns.name) throw new Refusal("a client that joined without a name cannot change it");
  if (!isObject(payload)) throw new Refusal('the payload must be an object: {"name": "…"}');
  const name = field(payload, "name", NAME_CHARACTERS_MAX);
  if (name !== client.assigns.name) appear(client, name);
}

function typing(payload: unknown, client: Client): void {
  const { name } = client.assigns;
  if (!name) throw new Refusal("a client that joined without a name cannot report typing");
  if (!isObject(payload) || typeof payload.typing !== "boolean") throw new Refusal('"typing" must be true or false');
  room.broadcast("typing", { name, typing: payload.typing }, { except: client });
}

// ---- Validation: clients can send anything

function messageFrom(payload: unknown): Message {
  if (!isObject(payload)) throw new Refusal('a message must be an object: {"sender": "…", "text": "…"}');
  const sender = field(payload, "sender", NAME_CHARACTERS_MAX);
  const text = field(payload, "text", TEXT_CHARACTERS_MAX);
  return { sender, text, timestamp: Date.now() };
}

function field(object: Record<string, unknown>, name: string, most: number): string {
  const value = object[name];
  if (value === undefined) throw new Refusal(`"${name}" is missing`);
  if (typeof value !== "string") throw new Refusal(`"${name}" must be a string`);
  if (value === "") throw new Refusal(`"${name}" is empty`);
  let count = 0;
  for (const _ of value) ++count; // Counts code points.
  if (count > most) throw new Refusal(`"${name}" has ${count} characters; ${most} are allowed`);
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Clients choose the names of rooms. */
function roomNameError(): string | undefined {
  const bytes = new TextEncoder().encode(room.id).length;
  return bytes > ROOM_BYTES_MAX ? `a room name is limited to ${ROOM_BYTES_MAX} bytes` : undefined;
}

function refusal(status: number, error: string): Response {
  return Response.json({ error }, { status });
}
