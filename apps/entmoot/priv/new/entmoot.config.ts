// All settings are optional. Your editor lists them; an error for an invalid setting names the accepted values.

export default {
  port: 4000,

  // Limits of each room.
  limits: {
    history: { entries: 500, replay: 100 },
  },

  // Other limits for the rooms of one route.
  rooms: {
    "chat:*": { clients: 200 },
  },
} satisfies EntmootConfig;
