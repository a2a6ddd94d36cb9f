// Every setting has a default. Your editor lists them; a wrong one is an error that says what it may be.

export default {
  port: 4000,

  // What one room may use.
  limits: {
    history: { entries: 500, replay: 100 },
  },

  // The same for the rooms of one route, where it differs.
  rooms: {
    "chat:*": { clients: 200 },
  },
} satisfies EntmootConfig;
