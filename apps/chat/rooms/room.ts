// SPDX-License-Identifier: MIT
//
// A room of the chat. One of these lives for every topic "room:…" that somebody has joined or asked for over HTTP. What was
// said is in room.history, who has joined in room.clients and room.presence: the server keeps all three while this file is
// edited, so there is nothing left that would have to be carried over.

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

/** Whoever gives a name is listed under it; one may also listen and speak without. */
export function join(params: unknown, client: Client) {
  const wrong = wrongWithRoom();
  if (wrong) throw new Error(wrong);
  if (isObject(params) && "name" in params) appear(client, field(params, "name", NAME_CHARACTERS_MAX));
  return { messages: room.history.last() };
}

export function handleIn(event: string, payload: unknown, client: Client) {
  if (payload instanceof Uint8Array) throw new Error("a message is JSON, not bytes");
  switch (event) {
    case "send_message":
      return say(messageFrom(payload));
    case "rename":
      return rename(payload, client);
    case "typing":
      return typing(payload, client);
    default:
      throw new Error(`there is no event "${event}"`);
  }
}

/** The same room for those who have no socket. */
export async function handleRequest(request: Request, { path, local }: RoomRequestInfo) {
  const wrong = wrongWithRoom();
  if (wrong) return refusal(400, wrong);
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
      if (!local) return refusal(403, "only callers on this machine kill rooms");
      room.stop("killed");
      return new Response(null, { status: 204 });
    default:
      return refusal(404, "not found");
  }
}

// ---- What is done

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
  if (!client.assigns.name) throw new Error("only who has joined with a name changes it");
  if (!isObject(payload)) throw new Error('a name comes in an object: {"name": "…"}');
  const name = field(payload, "name", NAME_CHARACTERS_MAX);
  if (name !== client.assigns.name) appear(client, name);
}

function typing(payload: unknown, client: Client): void {
  const { name } = client.assigns;
  if (!name) throw new Error("only who has joined with a name is seen typing");
  if (!isObject(payload) || typeof payload.typing !== "boolean") throw new Error('"typing" must be true or false');
  room.broadcast("typing", { name, typing: payload.typing }, { except: client });
}

// ---- What is let through: clients may send anything

function messageFrom(payload: unknown): Message {
  if (!isObject(payload)) throw new Error('a message is an object: {"sender": "…", "text": "…"}');
  const sender = field(payload, "sender", NAME_CHARACTERS_MAX);
  const text = field(payload, "text", TEXT_CHARACTERS_MAX);
  return { sender, text, timestamp: Date.now() };
}

function field(object: Record<string, unknown>, name: string, most: number): string {
  const value = object[name];
  if (value === undefined) throw new Error(`"${name}" is missing`);
  if (typeof value !== "string") throw new Error(`"${name}" must be a string`);
  if (value === "") throw new Error(`"${name}" is empty`);
  let count = 0;
  for (const _ of value) ++count; // Characters as people count them: code points.
  if (count > most) throw new Error(`"${name}" has ${count} characters; ${most} are allowed`);
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Rooms come to be by being asked for, so their names are whatever somebody wrote. */
function wrongWithRoom(): string | undefined {
  const bytes = new TextEncoder().encode(room.id).length;
  return bytes > ROOM_BYTES_MAX ? `a room's name has at most ${ROOM_BYTES_MAX} bytes` : undefined;
}

function refusal(status: number, error: string): Response {
  return Response.json({ error }, { status });
}
