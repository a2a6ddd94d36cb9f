// SPDX-License-Identifier: MIT
//
// Typical uses of phoenix.js with their expected results (cases 102 to 105 and a few more). One list for Node and for a
// browser's page, so nothing here depends on either.

import { same } from "./expect.mjs";
import { fresh, until } from "./phoenix_client.mjs";

const QUIET_MS = 300; // How long to watch for an event that must not happen: fifteen times the client's own timers.
const quiet = () => new Promise((resolve) => setTimeout(resolve, QUIET_MS));

const bytes = (...values) => new Uint8Array(values).buffer;
const topic = () => fresh("room:js");

export const scenarios = [];

/** `only` says for which version and transport; `ownServer`, that it has to be able to start a server. */
function scenario(title, run, { only = () => true, ownServer = false } = {}) {
  scenarios.push({ title, run, only, ownServer });
}

const overWebSocket = { only: ({ transport }) => transport === "WebSocket" };
const sinceTokens = { only: ({ version }) => version !== "1.7.20" };

scenario("103 joins with parameters, pushes, and gets what is replied", async (world) => {
  const client = world.open();
  const echo = await client.join("room:reply", { a: [1, "ü"] });
  same(echo.joins, [{ echo: { a: [1, "ü"] } }]);
  const room = await client.join(topic());
  same(await room.push("ok"), { status: "ok", response: {} });
  same(await room.push("echo", { x: 1 }), { status: "ok", response: { x: 1 } });
  same(await room.push("err", { reason: "x" }), { status: "error", response: { reason: "x" } });
  same(await room.push("async", { k: 1 }), { status: "ok", response: { k: 1 } });
  same((await room.push("noreply", {}, 100)).status, "timeout");
  const pushed = room.listen("pushed");
  same((await room.push("pushreply")).status, "ok");
  same(pushed, [{ a: 1 }]);
  same([client.closes, client.opened], [[], 1]);
});

scenario("103 what is pushed before the join is sent after it", async (world) => {
  const room = world.open().channel("room:slow");
  same(await room.push("echo", { early: true }), { status: "ok", response: { early: true } });
  same(room.joins.length, 1);
});

scenario("103 broadcasts reach everybody, in order", async (world) => {
  const name = topic();
  const [ann, bob] = await Promise.all([world.open().join(name), world.open().join(name)]);
  const heard = [ann, bob].map((room) => room.listen("shout"));
  for (let i = 0; i < 20; ++i) void ann.push("shout", { i });
  await until(() => heard.every((list) => list.length === 20), "20 broadcasts");
  for (const list of heard)
    same(
      list,
      Array.from({ length: 20 }, (_, i) => ({ i })),
    );
});

scenario("103 binary", async (world) => {
  const room = await world.open().join(topic());
  if (world.polls) {
    // From the client only: a server has no way to put bytes into a poll.
    room.channel.push("noreply", bytes(1, 2));
    same((await room.push("ok")).status, "ok");
    return;
  }
  const pushed = room.listen("bpush");
  const { status, response } = await room.push("bin", bytes(1, 2));
  same(status, "ok");
  same(new Uint8Array(response), new Uint8Array([1, 2, 255]));
  same(new Uint8Array(pushed[0]), new Uint8Array([0, 1]));
  const heard = room.listen("bshout");
  room.channel.push("bshout", {});
  await until(() => heard.length === 1, "a binary broadcast");
  same(new Uint8Array(heard[0]), new Uint8Array([9, 8, 7]));
});

scenario("103 a second channel object on the topic takes the place of the first", async (world) => {
  const client = world.open();
  const name = topic();
  const first = await client.join(name);
  const second = await client.join(name);
  same(first.closes, 1);
  same((await second.push("ok")).status, "ok");
  await quiet();
  same([second.joins.length, second.errors, second.closes], [1, 0, 0]);
  same(client.closes, []);
});

scenario("103 a crash is followed by a rejoin", async (world) => {
  const client = world.open();
  const [room, other] = [await client.join(topic()), await client.join(topic())];
  room.channel.push("crash", {});
  await until(() => room.joins.length === 2, "the second join");
  same(room.errors, 1);
  same((await room.push("ok")).status, "ok");
  same([other.errors, other.joins.length], [0, 1]);
});

scenario("103 a channel that has stopped stays out", async (world) => {
  const room = await world.open().join(topic());
  room.channel.push("stop", {});
  await until(() => room.closes === 1, "the close");
  await quiet();
  same([room.joins.length, room.errors], [1, 0]);
});

scenario("103 a refused join is tried again", async (world) => {
  const room = world.open().channel("room:deny");
  await until(() => room.refusals.length >= 3, "three refusals");
  same(room.refusals[2], { reason: "unauthorized" });
  room.channel.leave();
});

scenario("103 after leaving nothing is heard, and the topic can be joined again", async (world) => {
  const client = world.open();
  const name = topic();
  const [ann, bob] = [await client.join(name), await world.open().join(name)];
  const heard = ann.listen("shout");
  await ann.leave();
  await bob.push("shout", { n: 1 });
  const again = await client.join(name);
  const heardAgain = again.listen("shout");
  await bob.push("shout", { n: 2 });
  await until(() => heardAgain.length === 1, "a broadcast");
  same([heard, heardAgain], [[], [{ n: 2 }]]);
});

scenario("102 Presence keeps the same list everywhere", async (world) => {
  const name = fresh("room:presence");
  const watch = (room) => {
    const presence = new world.phoenix.Presence(room.channel);
    return () => presence.list((key, { metas }) => [key, ...metas.map((meta) => meta.name).sort()]).sort();
  };
  const [annClient, bobClient] = [world.open(), world.open()];
  const ann = annClient.channel(name, { key: "u1", name: "Ann" });
  const seenByAnn = watch(ann);
  const bob = bobClient.channel(name, { key: "u2", name: "Bob" });
  const seenByBob = watch(bob);
  const both = async (list, what) => {
    for (const seen of [seenByAnn, seenByBob])
      await until(
        () => JSON.stringify(seen()) === JSON.stringify(list),
        () => `${what}; seen ${JSON.stringify([seenByAnn(), seenByBob()])}`,
      );
  };
  await both(
    [
      ["u1", "Ann"],
      ["u2", "Bob"],
    ],
    "both",
  );
  same((await bob.push("update", { key: "u2", name: "Bobby" })).status, "ok");
  await both(
    [
      ["u1", "Ann"],
      ["u2", "Bobby"],
    ],
    "the new name",
  );
  const second = await world.open().join(name, { key: "u1", name: "Ann's phone" });
  await both(
    [
      ["u1", "Ann", "Ann's phone"],
      ["u2", "Bobby"],
    ],
    "Ann twice",
  );
  await second.leave();
  await both(
    [
      ["u1", "Ann"],
      ["u2", "Bobby"],
    ],
    "Ann once",
  );
  same((await ann.push("untrack", { key: "u1" })).status, "ok");
  await both([["u2", "Bobby"]], "Bob alone");
});

scenario("103 a crash of the channel does not leave its presence behind", async (world) => {
  const name = fresh("room:presence");
  const ann = await world.open().join(name, { key: "u1", name: "Ann" });
  const bob = world.open().channel(name, { key: "u2", name: "Bob" });
  const presence = new world.phoenix.Presence(bob.channel);
  const seen = () =>
    presence
      .list((key, { metas }) => `${key}:${metas.length}`)
      .sort()
      .join();
  await until(
    () => seen() === "u1:1,u2:1",
    () => `both; seen ${seen()}`,
  );
  const rejoined = ann.joins.length + 1;
  ann.channel.push("crash", {});
  await until(() => ann.joins.length === rejoined, "the rejoin");
  await until(
    () => seen() === "u1:1,u2:1",
    () => `one each; seen ${seen()}`,
  );
});

scenario("104 105 who is disconnected by the server comes back", async (world) => {
  const id = fresh("user");
  const client = world.open({ params: { id } });
  const room = await client.join(topic());
  const other = await world.open().join(topic());
  other.channel.push("kick", { id });
  await until(
    () => client.opened === 2,
    () => `the second opening; closes ${client.closes}`,
  );
  if (!world.rejoinsAfterLoss) return;
  await until(
    () => room.joins.length === 2,
    () => `the rejoin; closes ${client.closes}`,
  );
  same((await room.push("ok")).status, "ok");
  same(client.closes, [world.polls ? 3410 : 1001]);
});

scenario(
  "104 a malformed frame ends the connection, and the client comes back",
  async (world) => {
    const client = world.open();
    const room = await client.join(topic());
    client.socket.conn.send("{oops");
    await until(() => room.joins.length === 2, "the rejoin");
    same(client.closes, [1011]);
  },
  overWebSocket,
);

scenario(
  "104 an idle client is closed and comes back",
  async (world) => {
    const client = world.open({ mount: "/small" });
    const room = await client.join(topic());
    await until(() => room.joins.length === 2, "the rejoin");
    // Phoenix's web server closes with 1002 here.
    same([1001, 1002].includes(client.closes[0]) || client.closes, true);
  },
  overWebSocket,
);

scenario("103 heartbeats are answered", async (world) => {
  // A client that has to wait longer than the interval gives up its connection: a busy machine does that to it.
  const client = world.open({ heartbeatIntervalMs: 100 });
  await client.join(topic());
  let answers = 0;
  if (world.polls) {
    client.socket.ping(() => ++answers); // It sends no heartbeats when it polls.
    await until(() => answers === 1, "an answered ping");
    return;
  }
  client.socket.onMessage((message) => (answers += message.topic === "phoenix" && message.payload.status === "ok"));
  await until(() => answers >= 3, "three answered heartbeats");
});

scenario(
  "11 the auth token reaches the application",
  async (world) => {
    // In base64 it has a "+" and would end in "=": of what is beside letters, all that a subprotocol's name may have.
    const authToken = "a.token_of~~mine";
    const room = await world.open({ authToken }).join(topic());
    same((await room.push("params")).response.auth_token, authToken);
  },
  sinceTokens,
);

scenario("14 parameters reach the application", async (world) => {
  const params = { a: "b c", n: { x: 1, y: null }, arr: ["p", "q"], t: true };
  const room = await world.open({ params }).join(topic());
  const seen = (await room.push("params")).response.params;
  same([seen.a, seen.n.x, seen.t, seen.vsn], ["b c", "1", "true", "2.0.0"]);
});

scenario(
  "81 when the server is restarted everybody is back",
  async (world) => {
    const server = await world.backstage.startServer();
    const clients = Array.from({ length: 5 }, () => world.open({ server }));
    const name = topic();
    const rooms = await Promise.all(clients.map((client) => client.join(name)));
    await world.backstage.stop(server);
    await world.backstage.startAgain(server);
    await until(() => clients.every((client) => client.opened >= 2), "five new connections");
    if (!world.rejoinsAfterLoss) return;
    await until(() => rooms.every((room) => room.joins.length >= 2), "five rejoins");
    const heard = rooms.map((room) => room.listen("shout"));
    await rooms[0].push("shout", { all: "back" });
    await until(() => heard.every((list) => list.length === 1), "a broadcast");
  },
  { ownServer: true },
);

scenario(
  "103 behind a proxy that breaks WebSockets it falls back to long-poll, and works",
  async (world) => {
    const server = await world.backstage.startUpgradeBreaker(world.server);
    const room = await world.open({ server, longPollFallbackMs: 500 }).join(topic());
    same(await room.push("echo", { x: 1 }), { status: "ok", response: { x: 1 } });
    same(world.sessionStorage.getItem("phx:fallback:LongPoll"), "true");
  },
  overWebSocket,
);
