// SPDX-License-Identifier: MIT
//
// The page's socket: a WebSocket, or long-polling where a proxy blocks WebSockets. phoenix.js falls back to long-polling
// for the lifetime of the page when a WebSocket does not open. Once a WebSocket has worked, a failure means that the
// server is temporarily away; the fallback is then disabled, so that phoenix.js reconnects instead.

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
