// SPDX-License-Identifier: MIT
//
// The limits that a crowd on one machine would meet are out of the way.

export default {
  shards: Number(process.env.SHARDS ?? 0),
  node: { roomsPerIp: 100_000 },
  limits: { clients: 100_000, cpuShare: 1 },
};
