// SPDX-License-Identifier: MIT
//
// The real phoenix.js against the fixture: three versions, both transports (cases 102 to 105).

import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { Client, closeClients, fresh, until, versions, XhrOverFetch } from "./phoenix_client.mjs";
import { elsewhere, Server } from "./server.mjs";
import { UpgradeBreaker } from "./upgrade_breaker.mjs";

const QUIET_MS = 300; // After what must not happen: fifteen times the client's own timers.
const quiet = () => new Promise((resolve) => setTimeout(resolve, QUIET_MS));

let server;
before(async () => (server = await Server.shared()));
afterEach(closeClients);
after(() => server?.stop());

const bytes = (...values) => new Uint8Array(values).buffer;
const topic = () => fresh("room:js");

for (const [version, phoenix] of Object.entries(versions)) {
  const knowsFetch = version !== "1.7.20";
  const rejoinsAfterLoss = version !== "1.7.20"; // 1.7 opens a new session for a lost one and joins nothing in it.

  for (const transport of ["WebSocket", "LongPoll"]) {
    const polls = transport === "LongPoll";
    const open = (options) => new Client(server, phoenix, transport, options);

    describe(`phoenix.js ${version} over ${transport}`, { timeout: 60000 }, () => {
      before(() => {
        if (polls && !knowsFetch) globalThis.XMLHttpRequest = XhrOverFetch;
      });
      after(() => {
        delete globalThis.XMLHttpRequest;
      });

      test("103 joins with parameters, pushes, and gets what is replied", async () => {
        const client = open();
        const echo = await client.join("room:reply", { a: [1, "ü"] });
        assert.deepEqual(echo.joins, [{ echo: { a: [1, "ü"] } }]);
        const room = await client.join(topic());
        assert.deepEqual(await room.push("ok"), { status: "ok", response: {} });
        assert.deepEqual(await room.push("echo", { x: 1 }), { status: "ok", response: { x: 1 } });
        assert.deepEqual(await room.push("err", { reason: "x" }), { status: "error", response: { reason: "x" } });
        assert.deepEqual(await room.push("async", { k: 1 }), { status: "ok", response: { k: 1 } });
        assert.equal((await room.push("noreply", {}, 100)).status, "timeout");
        const pushed = room.listen("pushed");
        assert.equal((await room.push("pushreply")).status, "ok");
        assert.deepEqual(pushed, [{ a: 1 }]);
        assert.deepEqual([client.closes, client.opened], [[], 1]);
      });

      test("103 what is pushed before the join is sent after it", async () => {
        const room = open().channel("room:slow");
        assert.deepEqual(await room.push("echo", { early: true }), { status: "ok", response: { early: true } });
        assert.equal(room.joins.length, 1);
      });

      test("103 broadcasts reach everybody, in order", async () => {
        const name = topic();
        const [ann, bob] = await Promise.all([open().join(name), open().join(name)]);
        const heard = [ann, bob].map((room) => room.listen("shout"));
        for (let i = 0; i < 20; ++i) void ann.push("shout", { i });
        await until(() => heard.every((list) => list.length === 20), "20 broadcasts");
        for (const list of heard)
          assert.deepEqual(
            list,
            Array.from({ length: 20 }, (_, i) => ({ i })),
          );
      });

      test("103 binary", async () => {
        const room = await open().join(topic());
        if (polls) {
          // From the client only: a server has no way to put bytes into a poll.
          room.channel.push("noreply", bytes(1, 2));
          assert.equal((await room.push("ok")).status, "ok");
          return;
        }
        const pushed = room.listen("bpush");
        const { status, response } = await room.push("bin", bytes(1, 2));
        assert.equal(status, "ok");
        assert.deepEqual(new Uint8Array(response), new Uint8Array([1, 2, 255]));
        assert.deepEqual(new Uint8Array(pushed[0]), new Uint8Array([0, 1]));
        const heard = room.listen("bshout");
        room.channel.push("bshout", {});
        await until(() => heard.length === 1, "a binary broadcast");
        assert.deepEqual(new Uint8Array(heard[0]), new Uint8Array([9, 8, 7]));
      });

      test("103 a second channel object on the topic takes the place of the first", async () => {
        const client = open();
        const name = topic();
        const first = await client.join(name);
        const second = await client.join(name);
        assert.equal(first.closes, 1);
        assert.equal((await second.push("ok")).status, "ok");
        await quiet();
        assert.deepEqual([second.joins.length, second.errors, second.closes], [1, 0, 0]);
        assert.deepEqual(client.closes, []);
      });

      test("103 a crash is followed by a rejoin", async () => {
        const client = open();
        const [room, other] = [await client.join(topic()), await client.join(topic())];
        room.channel.push("crash", {});
        await until(() => room.joins.length === 2, "the second join");
        assert.equal(room.errors, 1);
        assert.equal((await room.push("ok")).status, "ok");
        assert.deepEqual([other.errors, other.joins.length], [0, 1]);
      });

      test("103 a channel that has stopped stays out", async () => {
        const room = await open().join(topic());
        room.channel.push("stop", {});
        await until(() => room.closes === 1, "the close");
        await quiet();
        assert.deepEqual([room.joins.length, room.errors], [1, 0]);
      });

      test("103 a refused join is tried again", async () => {
        const room = open().channel("room:deny");
        await until(() => room.refusals.length >= 3, "three refusals");
        assert.deepEqual(room.refusals[2], { reason: "unauthorized" });
        room.channel.leave();
      });

      test("103 after leaving nothing is heard, and the topic can be joined again", async () => {
        const client = open();
        const name = topic();
        const [ann, bob] = [await client.join(name), await open().join(name)];
        const heard = ann.listen("shout");
        await ann.leave();
        await bob.push("shout", { n: 1 });
        const again = await client.join(name);
        const heardAgain = again.listen("shout");
        await bob.push("shout", { n: 2 });
        await until(() => heardAgain.length === 1, "a broadcast");
        assert.deepEqual([heard, heardAgain], [[], [{ n: 2 }]]);
      });

      test("102 Presence keeps the same list everywhere", async () => {
        const name = fresh("room:presence");
        const watch = (room) => {
          const presence = new phoenix.Presence(room.channel);
          return () => presence.list((key, { metas }) => [key, ...metas.map((meta) => meta.name).sort()]).sort();
        };
        const [annClient, bobClient] = [open(), open()];
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
        assert.equal((await bob.push("update", { key: "u2", name: "Bobby" })).status, "ok");
        await both(
          [
            ["u1", "Ann"],
            ["u2", "Bobby"],
          ],
          "the new name",
        );
        const second = await open().join(name, { key: "u1", name: "Ann's phone" });
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
        assert.equal((await ann.push("untrack", { key: "u1" })).status, "ok");
        await both([["u2", "Bobby"]], "Bob alone");
      });

      test("103 a crash of the channel does not leave its presence behind", async () => {
        const name = fresh("room:presence");
        const ann = await open().join(name, { key: "u1", name: "Ann" });
        const bob = open().channel(name, { key: "u2", name: "Bob" });
        const presence = new phoenix.Presence(bob.channel);
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

      test("104 105 who is disconnected by the server comes back", async () => {
        const id = fresh("user");
        const client = open({ params: { id } });
        const room = await client.join(topic());
        const other = await open().join(topic());
        other.channel.push("kick", { id });
        await until(
          () => client.opened === 2,
          () => `the second opening; closes ${client.closes}`,
        );
        if (polls && !rejoinsAfterLoss) return;
        await until(
          () => room.joins.length === 2,
          () => `the rejoin; closes ${client.closes}`,
        );
        assert.equal((await room.push("ok")).status, "ok");
        assert.deepEqual(client.closes, [polls ? 3410 : 1001]);
      });

      if (!polls) {
        test("104 a malformed frame ends the connection, and the client comes back", async () => {
          const client = open();
          const room = await client.join(topic());
          client.socket.conn.send("{oops");
          await until(() => room.joins.length === 2, "the rejoin");
          assert.deepEqual(client.closes, [1011]);
        });

        test("104 an idle client is closed and comes back", async () => {
          const client = open({ mount: "/small" });
          const room = await client.join(topic());
          await until(() => room.joins.length === 2, "the rejoin");
          assert.ok([1001, 1002].includes(client.closes[0]), `closed with ${client.closes[0]}`);
        });
      }

      test("103 heartbeats are answered", async () => {
        const client = open({ heartbeatIntervalMs: 20 });
        await client.join(topic());
        let answers = 0;
        client.socket.onMessage(
          (message) => (answers += message.topic === "phoenix" && message.payload.status === "ok"),
        );
        if (polls) void client.socket.ping?.(() => ++answers);
        else await until(() => answers >= 3, "three answered heartbeats");
        if (polls) await until(() => answers >= 1, "an answered ping");
        assert.deepEqual([client.closes, client.opened], [[], 1]);
      });

      if (version !== "1.7.20")
        test("11 the auth token reaches the application", async () => {
          const room = await open({ authToken: "a.token_of-mine" }).join(topic());
          assert.equal((await room.push("params")).response.auth_token, "a.token_of-mine");
        });

      test("14 parameters reach the application", async () => {
        const params = { a: "b c", n: { x: 1, y: null }, arr: ["p", "q"], t: true };
        const room = await open({ params }).join(topic());
        const seen = (await room.push("params")).response.params;
        assert.deepEqual([seen.a, seen.n.x, seen.t, seen.vsn], ["b c", "1", "true", "2.0.0"]);
      });

      test("81 when the server is restarted everybody is back", { skip: elsewhere && "ends its server" }, async () => {
        const own = await Server.start();
        try {
          const clients = Array.from({ length: 5 }, () => new Client(own, phoenix, transport));
          const name = topic();
          const rooms = await Promise.all(clients.map((client) => client.join(name)));
          await own.stop();
          await own.startAgain();
          await until(() => clients.every((client) => client.opened >= 2), "five new connections");
          if (polls && !rejoinsAfterLoss) return;
          await until(() => rooms.every((room) => room.joins.length >= 2), "five rejoins");
          const heard = rooms.map((room) => room.listen("shout"));
          await rooms[0].push("shout", { all: "back" });
          await until(() => heard.every((list) => list.length === 1), "a broadcast");
        } finally {
          closeClients();
          await own.stop();
        }
      });
    });
  }

  describe(`phoenix.js ${version} behind a proxy that breaks WebSockets`, { timeout: 60000 }, () => {
    before(() => {
      if (!knowsFetch) globalThis.XMLHttpRequest = XhrOverFetch;
    });
    after(() => {
      delete globalThis.XMLHttpRequest;
    });

    test("103 falls back to long-poll, and works", async () => {
      const proxy = await UpgradeBreaker.start(server.url);
      try {
        const stored = new Map();
        const client = new Client(proxy, phoenix, "WebSocket", {
          longPollFallbackMs: 500,
          sessionStorage: {
            getItem: (key) => stored.get(key) ?? null,
            setItem: (key, value) => stored.set(key, value),
          },
        });
        const room = await client.join(topic());
        assert.deepEqual(await room.push("echo", { x: 1 }), { status: "ok", response: { x: 1 } });
        assert.deepEqual([...stored.values()], ["true"]);
      } finally {
        closeClients();
        await proxy.stop();
      }
    });
  });
}
