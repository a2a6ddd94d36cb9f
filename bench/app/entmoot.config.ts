// SPDX-License-Identifier: MIT
//
// Raises the limits that many clients from one address would reach.

export default {
  shards: Number(process.env.SHARDS ?? 0),
  node: { roomsPerIp: 100_000 },
  limits: { clients: 100_000, cpuShare: 1 },
};
