// SPDX-License-Identifier: MIT
//
// Raises the limits that many clients from one address would reach, and those that would end the room of the test `spin`.

export default {
  shards: Number(process.env.SHARDS ?? 0),
  node: { roomsPerIp: 100_000, rooms: 100_000 },
  socket: { connections: 100_000, connectionsPerIp: 100_000 },
  // It samples by time: under valgrind, that would be counted with the messages.
  dashboard: { enabled: false },
  limits: { clients: 100_000, cpuShare: 1, turn: "5s" },
};
