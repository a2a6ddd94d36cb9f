// SPDX-License-Identifier: MIT
//
// The page's socket: a WebSocket, and long-polling where a proxy lets none through. phoenix.js gives a WebSocket that
// does not open up for as long as the page lives. So once one has worked here, its failing means that the server is away
// for a moment, and phoenix.js is told to wait for it instead.

import { LongPoll, Socket } from "/entmoot/phoenix.js";

const WEBSOCKET_OPENS_WITHIN_MS = 2500;

export function openSocket(): Socket {
  const socket = new Socket("/socket", { longPollFallbackMs: WEBSOCKET_OPENS_WITHIN_MS });
  socket.onMessage(() => {
    if (!byLongPoll(socket)) socket.longPollFallbackMs = undefined;
  });
  socket.connect();
  return socket;
}

export function byLongPoll(socket: Socket): boolean {
  return socket.transport === LongPoll;
}
