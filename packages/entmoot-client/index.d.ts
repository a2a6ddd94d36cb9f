// SPDX-License-Identifier: MIT

/** Where a client's knowledge of a room ends. A plain object: it can be kept in sessionStorage, for example. */
export interface Position {
  /** Names the history to which `offset` belongs. */
  readonly epoch: string;
  /** Of the last broadcast that the client has received. */
  readonly offset: number;
  /** The client's number in the room, when it joined. */
  readonly member: string;
}

export interface Options {
  /** Where to go on, if an earlier page has received the broadcasts up to here. */
  position?: Position | null;
  /** Called when the position has changed, before the channel's own callbacks. */
  onPosition?(position: Position): void;
}

export interface Recovery {
  /** null: the channel has not joined, or its room is not durable. */
  readonly position: Position | null;
}

/** What `recover` uses of a channel of phoenix.js. */
export interface RecoverableChannel {
  onMessage(event: string, payload?: unknown, ref?: unknown, joinRef?: unknown): unknown;
}

/**
 * Makes a channel receive what it has missed whenever it joins again. Call it before `channel.join()`.
 *
 * In the reply to a join, `recovered` is true if the broadcasts that were missed follow, each as an event of its own, in
 * order and before all later ones; the reply has nothing else then. It is false with the room's normal reply: what the
 * client knows has to be replaced by it. It is absent if the room is not durable.
 *
 * Throws a TypeError if `channel` is none of phoenix.js, or `position` none of this package.
 */
export function recover(channel: RecoverableChannel, options?: Options): Recovery;
