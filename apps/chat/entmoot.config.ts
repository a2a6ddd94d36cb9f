// SPDX-License-Identifier: MIT

export default {
  port: 4000,
  rooms: {
    "room:*": {
      // What a newcomer gets to read is all that the room remembers: so this is how large the answer to a join can become.
      history: { entries: 1000, bytes: "200 KB", age: "365d", replay: 1000 },
    },
  },
} satisfies EntmootConfig;
