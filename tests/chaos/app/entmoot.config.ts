// SPDX-License-Identifier: MIT
//
// Short timeouts, so that what a hostile client leaves behind is gone at the end of a cycle, and small shares of the CPU for
// hostile rooms, so that the machine has time for the programs that measure.

export default {
  port: 0,
  shards: 2,
  exposeErrors: true,
  socket: { pollWindow: "1s", stallTimeout: "2s", closeTimeout: "1s" },
  http: { headTimeout: "1s", bodyTimeout: "1s", stallTimeout: "2s" },
  node: { roomsPerIp: 10000, restarts: { backoffMax: "2s" } },
  rooms: {
    "steady:*": { history: { entries: 50 } },
    "hostile:*": {
      turn: "200ms",
      cpuShare: 0.05,
      replyTimeout: "2s",
      startTimeout: "1s",
      microtasks: 50000,
      fanOut: "8 MB",
      output: "2 MB",
      logLines: 20000,
      idle: "1s",
    },
  },
} satisfies EntmootConfig;
