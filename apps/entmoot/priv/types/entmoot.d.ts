// SPDX-License-Identifier: MIT
//
// The global scope of a room's script, for the editor and for `tsc --strict`. The terms are Phoenix's and the Web's. The
// Web APIs (Request, Response, URL, TextEncoder, …) are in web.d.ts.

/** Any JSON value. A Uint8Array in place of a whole payload is sent as a binary message. */
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };
/** A message's body: a JSON object, or bytes. */
type Payload = object | Uint8Array;

/** A client that has joined the room: one connection on one topic (a Phoenix.Socket as its channel sees it). */
interface Client {
  /** Unique among all clients that have ever joined the room; each join gets a new id. */
  readonly id: string;
  /** The parameters of the connection (`new Socket(url, {params})`), without `vsn`. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Data of yours about the client. JSON only; it survives a reload of the code. If the app verifies tokens, `token` is the token's data. */
  readonly assigns: Record<string, any>;
  /** Sends to this client only. */
  push(event: string, payload?: Payload): void;
  /** Inside handleIn: takes over the reply to the current message, to be sent once, at any later time. */
  replyLater(): Reply;
  /** Removes the client from this room, after all effects of the current message: it receives the reply, then `phx_close`, and returns only if its page joins again. */
  leave(): void;
  /** Closes the client's connection with all its topics; phoenix.js reconnects by itself. */
  disconnect(): void;
}

interface Reply {
  ok(response?: Payload): void;
  error(response?: Payload | string): void;
}

/** The presence list of the room (Phoenix.Presence): clients receive `presence_state` after they join, then `presence_diff`. */
interface RoomPresence {
  /** Lists the client under `key` until it leaves. Called again with the same key, it replaces the meta. */
  track(client: Client, key: string, meta?: object): void;
  untrack(client: Client, key: string): void;
  /** The metas of each key that is listed now. */
  list(): Record<string, { metas: object[] }>;
}

/** A bounded list that the server keeps for the room. The oldest entries are removed when the list exceeds its number of entries, its size or its age (`history` in the configuration). It survives a reload of the code. */
interface RoomHistory<T = any> extends Iterable<T> {
  readonly length: number;
  push(entry: T): void;
  /** The newest `count` entries, oldest first. Default: the setting `history.replay`. */
  last(count?: number): T[];
  clear(): void;
}

interface Room {
  /** "room:lobby" */
  readonly topic: string;
  /** The part of the topic that matches the `*` of the route: "lobby". */
  readonly id: string;
  /** Sends to all clients in the room; `except` excludes one. */
  broadcast(event: string, payload?: Payload, options?: { except?: Client }): void;
  /** The clients that have joined, in the order of joining. */
  readonly clients: readonly Client[];
  readonly presence: RoomPresence;
  readonly history: RoomHistory;
  /** Sends to another room's handleInfo if that room is running. With `start`, a room that is not running is started, and one that sleeps is woken. */
  send(topic: string, message: Json, options?: { start?: boolean }): void;
  /**
   * Calls another room's handleCall and resolves to what it returns. The other room is started or woken if necessary.
   * Meanwhile this room handles other messages. Rejects if the other room fails or does not answer in time (`timeout`
   * in milliseconds, default 5000); a Refusal of the other room is a Refusal here.
   */
  call<T = any>(topic: string, message: Json, options?: { timeout?: number }): Promise<T>;
  /** Ends the room after the current turn. Its clients rejoin a new room, except those removed by `client.leave()`. */
  stop(reason?: string): void;
}

declare const room: Room;

/**
 * Declines a join, a message or a request: `throw new Refusal("the room is full", { seats: 4 })`. The client gets
 * `{reason: "the room is full", seats: 4}` as an "error" reply; nothing that the handler has sent is delivered. A refusal
 * is no failure: it is neither logged nor counted.
 *
 * As the answer to an HTTP request it is the body of a response with the status `details.status`, or 403.
 */
declare class Refusal extends Error {
  constructor(reason: string, details?: object);
  readonly reason: string;
  readonly details: object | undefined;
}

/** The app's tokens (Phoenix.Token), with the key of the setting `tokens`, which rooms do not see. */
declare const tokens: {
  /** Signs `data`, which must be JSON, with `tokens.secret`. `maxAge`: seconds for which the token is valid, default a day. Anybody can read the data. */
  sign(data: Json, options?: { maxAge?: number }): string;
  /** The data of a token that a client may connect with: one of `sign`, or a JSON Web Token (`tokens.jwt`). null if it is not valid. */
  verify(token: string): any;
};

/** The reason why a client has left (`terminate`). */
type LeaveReason = "left" | "removed" | "closed" | "rejoined" | "crash";

/** The exports of a room's file. All are optional; all functions can be async. */
interface RoomExports {
  /** The topics that this file serves. Default: "chat:*" for `rooms/chat.ts`. */
  topic?: string;
  /** Broadcasts of these events are passed to handleOut instead of directly to the clients. */
  intercept?: readonly string[];
  /** The path that handleRequest serves, with `:id` for the room: "/api/rooms/:id" and all paths below it. */
  path?: string;
  /** Called when a client joins. The result is the reply to the join; an exception (a Refusal) rejects the join. */
  join?(params: any, client: Client): unknown;
  /** Called for each message of a client. The result is the "ok" reply, an exception (a Refusal) the "error" reply. */
  handleIn?(event: string, payload: any, client: Client): unknown;
  /** Called for a message from another room's room.send() or from `entmoot console`. */
  handleInfo?(message: any): unknown;
  /** Called for another room's room.call(). The result, which must be JSON, is the answer; a Refusal is passed on to the caller. */
  handleCall?(message: any, info: { readonly from: string }): unknown;
  /** Called for each client and each broadcast that `intercept` lists: push it, push something else, or nothing. */
  handleOut?(event: string, payload: any, client: Client): unknown;
  /** Called when a client has left. */
  terminate?(reason: LeaveReason, client: Client): unknown;
  /** Called for an HTTP request to `path`. */
  handleRequest?(request: Request, info: RoomRequestInfo): Response | Promise<Response>;
  /** Returns the state, as JSON, that restore() receives after a reload of the code or after sleep. */
  serialize?(): unknown;
  restore?(state: any): unknown;
}

/** The second argument of handleRequest. Not the RequestInfo of `fetch`, which is a type of the Web. */
interface RoomRequestInfo {
  /** The path after the part that names the room: "/messages" for "/api/rooms/lobby/messages". */
  readonly path: string;
  /** Whether the request comes from the server's own machine. */
  readonly local: boolean;
  /** The data of the request's token (`Authorization: Bearer …`); null unless the app verifies tokens and this one is valid. */
  readonly token: any;
}
