// SPDX-License-Identifier: MIT
//
// What a room's script finds in its global scope besides the language: for the editor and for `tsc --strict`.
// The words are Phoenix's and the Web's. The rest of the global scope (Request, Response, URL, TextEncoder, …) is
// in web.d.ts.

/** What JSON can say. A Uint8Array in place of a whole payload is sent as a binary message. */
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };
/** A message's body: a JSON object, or bytes. */
type Payload = object | Uint8Array;

/** Somebody who has joined the room: one client on one topic (Phoenix.Socket, seen from its channel). */
interface Client {
  /** Unique among all clients that were ever in the room; another one after each join. */
  readonly id: string;
  /** The parameters of the connection (`new Socket(url, {params})`), without `vsn`. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Yours: what you keep about the client. JSON only; it survives a reload of the code. `token` is there if the app verifies tokens. */
  readonly assigns: Record<string, any>;
  /** Sends to this client only. */
  push(event: string, payload?: Payload): void;
  /** Inside handleIn: takes over the reply to the message that is being handled, to be given once, whenever it is known. */
  replyLater(): Reply;
  /** Ends the client's stay in this room, behind all that this message does: it sees the reply, then `phx_close`, and comes back only if its page joins again. */
  leave(): void;
  /** Closes the client's whole connection; phoenix.js connects again by itself. */
  disconnect(): void;
}

interface Reply {
  ok(response?: Payload): void;
  error(response?: Payload | string): void;
}

/** Who is here (Phoenix.Presence): clients that have joined get `presence_state`, then `presence_diff`. */
interface RoomPresence {
  /** Lists the client under `key` until it leaves. Again with the same key: its new meta. */
  track(client: Client, key: string, meta?: object): void;
  untrack(client: Client, key: string): void;
  /** Who is listed now: each key's metas. */
  list(): Record<string, { metas: object[] }>;
}

/** A bounded list that the server keeps for the room: the oldest entries go when there are too many, too much, or too old (`history` in the configuration). It survives a reload of the code. */
interface RoomHistory<T = any> extends Iterable<T> {
  readonly length: number;
  push(entry: T): void;
  /** The newest `count` entries, oldest first; without a number as many as a join may answer with. */
  last(count?: number): T[];
  clear(): void;
}

interface Room {
  /** "room:lobby" */
  readonly topic: string;
  /** What stands for the `*` of the route: "lobby". */
  readonly id: string;
  /** To everybody in the room; `except` leaves one client out. */
  broadcast(event: string, payload?: Payload, options?: { except?: Client }): void;
  /** Who has joined, in the order of joining. */
  readonly clients: readonly Client[];
  readonly presence: RoomPresence;
  readonly history: RoomHistory;
  /** Sends to another room's handleInfo, if that room is running; one that sleeps is not woken. */
  send(topic: string, message: Json): void;
  /** Ends the room behind this turn: its clients join a fresh one, but for those that `client.leave()` has sent away. */
  stop(reason?: string): void;
}

declare const room: Room;

/** Why a client's stay ended (`terminate`). */
type LeaveReason = "left" | "removed" | "closed" | "rejoined" | "crash";

/** The functions that a room's file may export. All may be async, none is required. */
interface RoomExports {
  /** The topics that this file serves; without it `rooms/chat.ts` serves "chat:*". */
  topic?: string;
  /** Broadcasts of these events go through handleOut instead of straight to the clients. */
  intercept?: readonly string[];
  /** Where handleRequest answers, with `:id` for the room: "/api/rooms/:id" and everything below it. */
  path?: string;
  /** Someone joins. What it returns is the answer to the join; what it throws refuses it. */
  join?(params: any, client: Client): unknown;
  /** A message of a client. What it returns is replied as "ok", what it throws as "error". */
  handleIn?(event: string, payload: any, client: Client): unknown;
  /** A message from inside: another room's room.send(), or `entmoot console`. */
  handleInfo?(message: any): unknown;
  /** A broadcast that `intercept` names, for each client: push it, push something else, or nothing. */
  handleOut?(event: string, payload: any, client: Client): unknown;
  /** A client's stay has ended. */
  terminate?(reason: LeaveReason, client: Client): unknown;
  /** An HTTP request to `path`. */
  handleRequest?(request: Request, info: RoomRequestInfo): Response | Promise<Response>;
  /** What the room has to keep when its code is replaced or when it is put to sleep; JSON. */
  serialize?(): unknown;
  restore?(state: any): unknown;
}

/** What the second argument of handleRequest says. Not the RequestInfo of `fetch`, which is a type of the Web. */
interface RoomRequestInfo {
  /** The part of the path that names the room is taken off: "/messages" for "/api/rooms/lobby/messages". */
  readonly path: string;
  /** Whether a person at the server's own machine asks. */
  readonly local: boolean;
  /** What the request's token says (`Authorization: Bearer …`), if the app verifies tokens and this is a good one; else null. */
  readonly token: any;
}
