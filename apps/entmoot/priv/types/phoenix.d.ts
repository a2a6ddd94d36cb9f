// SPDX-License-Identifier: MIT
//
// The types of phoenix.js, which pages import from "/entmoot/phoenix.js": the commonly used part. The file itself is the
// unchanged client of the Phoenix framework.

export interface SocketOptions {
  /** Sent when connecting; rooms read them as `client.params`. */
  params?: object | (() => object);
  /** Sent when connecting; the server verifies it (`tokens` in entmoot.config.ts). */
  authToken?: string;
  /** Milliseconds to wait for a reply. Default: 10000. */
  timeout?: number;
  heartbeatIntervalMs?: number;
  /** Milliseconds to try a WebSocket before falling back to long-polling. */
  longPollFallbackMs?: number;
  reconnectAfterMs?: (tries: number) => number;
  rejoinAfterMs?: (tries: number) => number;
  logger?: (kind: string, message: string, data: unknown) => void;
}

/** The long-polling transport; it is in use if `socket.transport === LongPoll`. */
export const LongPoll: unknown;

export class Socket {
  /** `path` without its transport: "/socket". */
  constructor(path: string, options?: SocketOptions);
  connect(): void;
  disconnect(callback?: () => void, code?: number, reason?: string): void;
  isConnected(): boolean;
  readonly transport: unknown;
  /** As in the options. Set to `undefined`, it disables the fallback. */
  longPollFallbackMs: number | undefined;
  connectionState(): "connecting" | "open" | "closing" | "closed";
  channel(topic: string, params?: object | (() => object)): Channel;
  onOpen(callback: () => void): string;
  onClose(callback: (event: unknown) => void): string;
  onError(callback: (error: unknown) => void): string;
  /** Called for every message of all channels. */
  onMessage(callback: (message: { topic: string; event: string; payload: any; ref: string | null }) => void): string;
  off(references: string[]): void;
}

export class Channel {
  readonly topic: string;
  readonly state: "closed" | "errored" | "joined" | "joining" | "leaving";
  /** Can be called once; afterwards the channel rejoins by itself when needed. */
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
