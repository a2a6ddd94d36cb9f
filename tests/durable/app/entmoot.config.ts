// SPDX-License-Identifier: MIT
//
// Rooms of each kind of durability, on two shards. The driver kills the server more often than a room may crash in a
// day, so no limit of restarts must stand in its way; the limits of history are such that nothing is removed.

const large = { turn: "100ms", history: { entries: 100000, bytes: "64 MB" } };

export default {
  port: 0,
  shards: 2,
  exposeErrors: true,
  node: { roomsPerIp: 10000, restarts: { max: 1000 } },
  rooms: {
    "durable:*": { durable: true, ...large },
    "relaxed:*": { durable: "relaxed", ...large },
  },
} satisfies EntmootConfig;
