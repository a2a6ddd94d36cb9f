// SPDX-License-Identifier: MIT
//
// phoenix.js as pages import it from "/entmoot/phoenix.js": what one needs of it. It is the client of the Phoenix
// framework, unchanged.

export interface SocketOptions {
  /** Sent with the connection; rooms see them as `client.params`. */
  params?: object | (() => object);
  /** Shown to the server when it connects, and verified there (`tokens` in entmoot.config.ts). */
  authToken?: string;
  /** Milliseconds to wait for an answer. Default: 10000. */
  timeout?: number;
  heartbeatIntervalMs?: number;
  /** How long to try a WebSocket before polling instead, in milliseconds. */
  longPollFallbackMs?: number;
  reconnectAfterMs?: (tries: number) => number;
  rejoinAfterMs?: (tries: number) => number;
  logger?: (kind: string, message: string, data: unknown) => void;
}

/** The transport that needs no WebSocket: `socket.transport === LongPoll` says that it is in use. */
export const LongPoll: unknown;

export class Socket {
  /** `path` without its transport: "/socket". */
  constructor(path: string, options?: SocketOptions);
  connect(): void;
  disconnect(callback?: () => void, code?: number, reason?: string): void;
  isConnected(): boolean;
  readonly transport: unknown;
  /** As in the options; `undefined` from now on waits for the WebSocket, however long it takes. */
  longPollFallbackMs: number | undefined;
  connectionState(): "connecting" | "open" | "closing" | "closed";
  channel(topic: string, params?: object | (() => object)): Channel;
  onOpen(callback: () => void): string;
  onClose(callback: (event: unknown) => void): string;
  onError(callback: (error: unknown) => void): string;
  /** Whatever comes, of all channels. */
  onMessage(callback: (message: { topic: string; event: string; payload: any; ref: string | null }) => void): string;
  off(references: string[]): void;
}

export class Channel {
  readonly topic: string;
  readonly state: "closed" | "errored" | "joined" | "joining" | "leaving";
  /** May be called once; afterwards the channel joins again by itself whenever it has to. */
  join(timeout?: number): Push;
  leave(timeout?: number): Push;
  push(event: string, payload: object | ArrayBuffer, timeout?: number): Push;
  on(event: string, callback: (payload: any) => void): number;
  off(event: string, reference?: number): void;
  onClose(callback: (payload: unknown) => void): void;
  onError(callback: (reason: unknown) => void): void;
}

export class Push {
  /** "ok", "error" or "timeout". */
  receive(status: string, callback: (response: any) => void): this;
}

export interface PresenceEntry {
  metas: ({ phx_ref: string } & Record<string, any>)[];
}

export class Presence {
  constructor(channel: Channel);
  onSync(callback: () => void): void;
  onJoin(callback: (key: string, current: PresenceEntry | undefined, joined: PresenceEntry) => void): void;
  onLeave(callback: (key: string, current: PresenceEntry, left: PresenceEntry) => void): void;
  list<T = PresenceEntry>(choose?: (key: string, entry: PresenceEntry) => T): T[];
}
