// SPDX-License-Identifier: MIT

export default {
  port: 0,
  shards: 2,
  broadcastChannels: { chat: "said" },
  rooms: {
    "board:*": { durable: true },
    "other:*": { durable: true },
    "relaxed:*": { durable: "relaxed" },
    "memory:*": {},
  },
} satisfies EntmootConfig;
