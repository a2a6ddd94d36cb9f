// SPDX-License-Identifier: MIT

export default {
  port: 4000,
  rooms: {
    "room:*": {
      // The reply to a join contains the whole history, so these settings also limit the size of that reply.
      history: { entries: 1000, bytes: "200 KB", age: "365d", replay: 1000 },
    },
  },
} satisfies EntmootConfig;
