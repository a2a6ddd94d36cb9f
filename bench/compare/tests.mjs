// SPDX-License-Identifier: MIT
//
// The tests of the comparison: what the load generator is asked to do, and which of its figures the table shows.
//
// A figure has a label, the path of the value in the load generator's line, a factor that converts it to the label's unit,
// and its decimals.

const crowd = (rooms, clients) =>
  `${rooms.toLocaleString("en")} room${rooms > 1 ? "s" : ""} × ${clients.toLocaleString("en")} clients`;

const fan = (rooms, clients, rate) => ({
  title: crowd(rooms, clients),
  arguments: ["load", "--rooms", rooms, "--clients-per-room", clients, "--rate", rate, "--seconds", 3, "--warmup", 0.7],
  connections: rooms * clients,
  limit: 60,
  figures: [
    ["CPU per delivery, µs", "cpu_us_per_delivery", 1, 2],
    ["delivery p50, ms", "delivery_us.p50", 1e-3, 2],
    ["delivery p99, ms", "delivery_us.p99", 1e-3, 2],
  ],
});

const most = (rooms, clients, rate) => ({
  title: crowd(rooms, clients),
  arguments: [
    ...["load", "--search", "--rooms", rooms, "--clients-per-room", clients, "--rate", rate],
    ...["--seconds", 1, "--warmup", 0.3, "--bisect", 3],
  ],
  connections: rooms * clients,
  limit: 90,
  figures: [["most deliveries per second, thousands", "max_deliveries_per_s", 1e-3, 0]],
});

const requests = (rooms) => ({
  title: `request and reply, ${rooms.toLocaleString("en")} rooms`,
  arguments: ["load", "--closed", "--rooms", rooms, "--clients-per-room", 1, "--seconds", 3, "--warmup", 1],
  connections: rooms,
  limit: 60,
  figures: [
    ["CPU per request, µs", "cpu_us_per_msg", 1, 2],
    ["requests per second, thousands", "acks_per_s", 1e-3, 1],
    ["reply p99, ms", "ack_us.p99", 1e-3, 2],
  ],
});

const idle = (thousands) => ({
  title: `${thousands},000 idle clients`,
  arguments: ["idle", "--rooms", thousands * 10, "--clients-per-room", 100, "--warmup", 1, "--seconds", 2],
  connections: thousands * 1000,
  limit: 90,
  figures: [
    ["memory per client, KiB", "rss_per_conn", 1 / 1024, 1],
    ["CPU to connect and join, µs", "join_cpu_us_per_conn", 1, 0],
    ["CPU while idle, cores", "idle_cores", 1, 3],
  ],
});

/** How the clients of the room that failed learned of it. The load generator counts, the table names. */
const received = ({ told_phx_error: errors, told_socket_closed: closed, serverAlive }) => {
  const how = errors > 0 ? "phx_error" : closed > 0 ? "connection closed" : "nothing";
  return serverAlive ? how : `${how}, server ended`;
};

// A shard takes one core, so these tests are not pinned, and only Entmoot has shards.
const shards = (rooms, clients, rate, count) => {
  const test = fan(rooms, clients, rate);
  const title = `${test.title}, nothing pinned, ${count} shard${count > 1 ? "s" : ""}`;
  return { ...test, title, pinned: false, only: ["entmoot"], environment: { SHARDS: String(count) } };
};

export const tests = {
  fan1x1000: fan(1, 1000, 20),
  fan10x100: fan(10, 100, 200),
  fan100x10: fan(100, 10, 2000),
  fan1000x2: fan(1000, 2, 4000),
  max1x1000: most(1, 1000, 10),
  max100x10: most(100, 10, 1000),
  rr10: requests(10),
  rr500: requests(500),
  rr2000: requests(2000),
  idle10k: idle(10),
  idle8k: idle(8),
  idle4k: idle(4),
  cold2k: {
    title: "2,000 new rooms",
    arguments: ["coldrooms", "--rooms", 2000, "--conns", 100],
    connections: 100,
    connectionsIfRoomInUrl: 2000,
    limit: 60,
    figures: [
      ["join p50, µs", "room_us.p50", 1, 0],
      ["join p99, µs", "room_us.p99", 1, 0],
      ["CPU per room, µs", "cpu_us_per_room", 1, 0],
      ["memory per room, KiB", "rss_per_room", 1 / 1024, 1],
    ],
  },
  churn: {
    title: "connect, join, leave, close",
    arguments: ["churn", "--rooms", 100, "--inflight", 32, "--seconds", 3, "--warmup", 0.5],
    connections: 32,
    limit: 60,
    figures: [
      ["CPU per cycle, µs", "cpu_us_per_cycle", 1, 0],
      ["cycles per second", "cycles_per_s", 1, 0],
    ],
  },
  storm5k: {
    title: "5,000 clients cut off",
    arguments: ["storm", "--rooms", 50, "--clients-per-room", 100],
    connections: 5000,
    limit: 90,
    figures: [
      ["all joined again, s", "seconds", 1, 2],
      ["CPU per rejoin, µs", "cpu_us_per_rejoin", 1, 0],
    ],
  },
  crash: {
    title: "a room fails",
    arguments: ["crash", "--rooms", 10, "--clients-per-room", 10, "--rate", 200, "--seconds", 6],
    connections: 100,
    needsRoomCode: true,
    limit: 60,
    figures: [
      ["what its clients receive", received],
      ["its clients are all back, ms", "all_rejoined_ms", 1, 1],
      ["connections of other rooms lost", "other_conns_lost", 1, 0],
      ["delivery p99 of other rooms, ms", "others_delivery_us_2_5s_after.p99", 1e-3, 1],
    ],
  },
  spin: {
    title: "a room's code runs for 2 s",
    arguments: [
      ...["crash", "--crash-event", "spin", "--rooms", 10, "--clients-per-room", 10, "--rate", 200],
      ...["--seconds", 9, "--drain", 6],
    ],
    connections: 100,
    needsRoomCode: true,
    limit: 60,
    figures: [["delivery p99 of other rooms, ms", "others_delivery_us_2_5s_after.p99", 1e-3, 1]],
  },
  both100x10: shards(100, 10, 2000, 1),
  both100x10s2: shards(100, 10, 2000, 2),
  both1000x2: shards(1000, 2, 4000, 1),
  both1000x2s2: shards(1000, 2, 4000, 2),
};

/** Descriptors that a server needs besides one or two for each connection. */
const DESCRIPTORS_MORE = 300;

export const descriptorsNeeded = (test, server) => {
  const connections = (server.roomInUrl && test.connectionsIfRoomInUrl) || test.connections;
  return connections * (server.descriptorsPerConnection ?? 1) + DESCRIPTORS_MORE;
};

/** The largest idle test that all servers can do within the limit; else the largest that one of them can do. */
const idleTest = (servers, limit) => {
  const sizes = ["idle10k", "idle8k", "idle4k"];
  const fits = (name) => (server) => descriptorsNeeded(tests[name], server) <= limit;
  return sizes.find((name) => servers.every(fits(name))) ?? sizes.find((name) => servers.some(fits(name)));
};

const QUICK = ["fan1x1000", "fan100x10", "rr10", "rr500", "cold2k"];
const isIdle = (name) => name.startsWith("idle");

/** The names of the tests of a run. `asked`: names from the command line, or nothing for all of them. */
export function testsOf({ asked, quick, servers, descriptors }) {
  if (asked) return asked;
  const idle = idleTest(servers, descriptors);
  return Object.keys(tests).filter((name) => (isIdle(name) ? name === idle : !quick || QUICK.includes(name)));
}

/** The command line of the load generator. A quick run measures for half the time. */
export function loadArguments(test, { quick }) {
  const words = test.arguments.map(String);
  const at = words.indexOf("--seconds");
  if (quick && at >= 0) words[at + 1] = String(Number(words[at + 1]) / 2);
  return words;
}
