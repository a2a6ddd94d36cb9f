// SPDX-License-Identifier: MIT
//
// The chat's channel, tested with an older version of phoenix.js and the newest. No test waits for a fixed time: that a
// message was not sent is known when a later one has arrived.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { WebSocket } from "ws";
import { Client, closeClients, freshRoom, newest, until, versions } from "./chat_client.mjs";
import { ChatServer, isApp } from "./chat_server.mjs";

let server;
before(async () => (server = await ChatServer.start()));
afterEach(closeClients);
after(() => server?.stop());

for (const [name, phoenix] of Object.entries(versions)) {
  describe(name, { timeout: 30000 }, () => {
    test("the first to join gets an empty history", async () => {
      const ann = await new Client(server, phoenix).join(freshRoom());
      assert.deepEqual(ann.history, []);
    });

    test("the reply to a message is the message, and every client receives it once, in order", async () => {
      const id = freshRoom();
      const ann = await new Client(server, phoenix).join(id);
      const bob = await new Client(server, phoenix).join(id);
      const start = Date.now();
      const replies = await Promise.all(["one", "two", "three"].map((text) => ann.say(text)));
      await bob.say("four", "bob");

      assert.deepEqual(
        replies.map((reply) => [reply.status, reply.response.sender, reply.response.text]),
        [
          ["ok", "ann", "one"],
          ["ok", "ann", "two"],
          ["ok", "ann", "three"],
        ],
      );
      for (const { response } of replies) {
        assert.deepEqual(Object.keys(response).sort(), ["sender", "text", "timestamp"]);
        assert.ok(Math.abs(response.timestamp - start) < 60000, "a timestamp is in milliseconds, and now");
      }
      for (const room of [ann, bob]) {
        await room.heard(4);
        assert.deepEqual(room.texts(), ["one", "two", "three", "four"]);
        assert.deepEqual(
          room.live.slice(0, 3),
          replies.map((reply) => reply.response),
        );
      }
    });

    test("a later join gets the history unchanged", async () => {
      const id = freshRoom();
      const ann = await new Client(server, phoenix).join(id);
      const said = [];
      for (const text of ["first", 'ünïcödé 🌳 \u0000 "quoted" \\ </script>', " spaces  "])
        said.push((await ann.say(text)).response);
      const bob = await new Client(server, phoenix).join(id);
      assert.deepEqual(bob.history, said);
      assert.deepEqual(said.map((message) => message.text)[1], 'ünïcödé 🌳 \u0000 "quoted" \\ </script>');
    });

    test("messages do not reach other rooms, even on the same socket", async () => {
      const client = new Client(server, phoenix);
      const here = await client.join(freshRoom("here"));
      const there = await client.join(freshRoom("there"));
      await here.say("in here");
      await there.say("in there");
      await here.say("still in here");
      await Promise.all([here.heard(2), there.heard(1)]);
      assert.deepEqual(here.texts(), ["in here", "still in here"]);
      assert.deepEqual(there.texts(), ["in there"]);
      const late = await new Client(server, phoenix).join(there.id);
      assert.deepEqual(
        late.history.map((message) => message.text),
        ["in there"],
      );
    });

    test("heartbeats are answered", async () => {
      const client = new Client(server, phoenix, { heartbeatIntervalMs: 20 });
      let answers = 0;
      client.socket.onMessage(({ topic, payload }) => {
        if (topic === "phoenix" && payload.status === "ok") ++answers;
      });
      await until(() => answers >= 3, "three answered heartbeats");
      assert.deepEqual(client.closes, []);
      assert.equal(client.opened, 1);
    });

    test("a client that has left a room receives nothing from it and can join again", async () => {
      const id = freshRoom();
      const client = new Client(server, phoenix);
      const ann = await client.join(id);
      const bob = await new Client(server, phoenix).join(id);
      await ann.leave();
      await bob.say("without ann", "bob");
      const again = await client.join(id);
      await bob.say("with ann", "bob");
      await again.heard(1);
      assert.deepEqual(ann.texts(), []);
      assert.deepEqual(
        again.history.map((message) => message.text),
        ["without ann"],
      );
      assert.deepEqual(again.texts(), ["with ann"]);
    });

    test("a second channel on the same topic replaces the first", async () => {
      const id = freshRoom();
      const client = new Client(server, phoenix);
      const first = await client.join(id);
      const second = await client.join(id);
      await until(() => first.closed > 0, "the end of the first channel");
      await second.say("once");
      await second.say("twice");
      await second.heard(2);
      assert.deepEqual(second.texts(), ["once", "twice"]);
      assert.deepEqual(first.texts(), []);
      assert.deepEqual(client.closes, []);
    });

    // In chat_room an unknown event crashes the channel, as in Phoenix without a matching clause; in the app it is an error reply.
    const ending = isApp ? test.skip : test;
    ending("an unknown event ends the channel, which rejoins; the socket stays open", async () => {
      const id = freshRoom();
      const client = new Client(server, phoenix, { rejoinAfterMs: () => 20 });
      const ann = await client.join(id);
      const other = await client.join(freshRoom());
      await ann.say("before");
      void ann.push("no_such_event", {}, 50); // Never answered; its timer should not outlive the test.
      await until(() => ann.joins === 2, "the second join");
      assert.equal(ann.errors, 1);
      assert.deepEqual(
        ann.history.map((message) => message.text),
        ["before"],
      );
      assert.equal((await ann.say("after")).status, "ok");
      assert.equal((await other.say("undisturbed")).status, "ok");
      assert.equal(other.errors, 0);
      assert.deepEqual(client.closes, []);
    });

    (isApp ? test : test.skip)("an unknown event is answered with an error; the channel stays joined", async () => {
      const ann = await new Client(server, phoenix).join(freshRoom());
      assert.deepEqual(await ann.push("no_such_event", {}), {
        status: "error",
        response: { reason: 'unknown event "no_such_event"' },
      });
      assert.equal((await ann.say("after")).status, "ok");
      assert.deepEqual([ann.joins, ann.errors, ann.closed], [1, 0, 0]);
    });

    test("an invalid message is rejected with a reason and not broadcast", async () => {
      const ann = await new Client(server, phoenix).join(freshRoom());
      const bad = {
        "no text": { sender: "ann" },
        "no sender": { text: "hello" },
        "a number for a text": { sender: "ann", text: 5 },
        "null for a sender": { sender: null, text: "hello" },
        "an object for a text": { sender: "ann", text: { toString: "x" } },
        "4001 characters": { sender: "ann", text: "x".repeat(4001) },
      };
      for (const [what, payload] of Object.entries(bad)) {
        const { status, response } = await ann.push("send_message", payload);
        assert.equal(status, "error", what);
        assert.equal(typeof response.reason, "string", what);
      }
      assert.equal((await ann.say("x".repeat(4000))).status, "ok");
      await ann.heard(1);
      assert.deepEqual(ann.texts(), ["x".repeat(4000)]);
      assert.equal(ann.errors, 0);
    });

    test("a join of a topic without a channel is rejected", async () => {
      const client = new Client(server, phoenix);
      const answer = await new Promise((resolve) => {
        const channel = client.socket.channel("nowhere:1", {});
        channel
          .join()
          .receive("ok", () => resolve("ok"))
          .receive("error", (reason) => {
            channel.leave();
            resolve(reason);
          });
      });
      assert.deepEqual(answer, { reason: "unmatched topic" });
    });
  });
}

test(
  "a join during a flood: history and live messages have no gap and no duplicate",
  { timeout: 60000 },
  async () => {
    const COUNT = 500;
    const IN_FLIGHT = 20; // Faster than one by one, and far below any bound on what waits for a room.
    const JOIN_AT = [1, 60, 150, 250, 251, 400, 495]; // After so many answers.
    const id = freshRoom("flood");
    const flooder = await new Client(server).join(id);
    const joining = [];

    let next = 1;
    let answered = 0;
    const lane = async () => {
      while (next <= COUNT) {
        const reply = await flooder.say(String(next++));
        assert.equal(reply.status, "ok");
        if (JOIN_AT.includes(++answered)) joining.push(new Client(server).join(id));
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, lane));

    const expected = Array.from({ length: COUNT }, (_, i) => String(i + 1));
    const late = await Promise.all(joining);
    assert.equal(late.length, JOIN_AT.length);
    await flooder.heard(COUNT);
    assert.deepEqual(flooder.texts(), expected);
    for (const room of late) {
      await room.heard(COUNT - room.history.length);
      assert.deepEqual([...room.history.map((message) => message.text), ...room.texts()], expected);
    }
    const met = late.filter((room) => room.history.length > 0 && room.live.length > 0);
    assert.ok(met.length > 0, "at least one client must join during the flood");
  },
);

/** 50 clients in one room each send 20 messages, one after the other; the room is killed three times meanwhile. */
async function trafficAndKills({ within, ...options } = {}) {
  const CLIENTS = 50;
  const EACH = 20;
  const KILL_AT = [150, 400, 700]; // After so many answers.
  const id = freshRoom("killed");
  const rooms = await Promise.all(Array.from({ length: CLIENTS }, () => new Client(server, newest, options).join(id)));

  let answered = 0;
  const kills = [];
  const answers = [];
  await Promise.all(
    rooms.map(async (room, i) => {
      for (let n = 0; n < EACH; ++n) {
        const text = `${i}/${n}`;
        const { status } = await room.push("send_message", { sender: `client ${i}`, text }, within);
        answers.push({ text, status });
        if (KILL_AT.includes(++answered)) kills.push(fetch(`${server.url}/api/rooms/${id}`, { method: "DELETE" }));
      }
    }),
  );
  for (const kill of await Promise.all(kills)) assert.equal(kill.status, 204);
  assert.equal(answers.length, CLIENTS * EACH);
  const unanswered = answers.filter((answer) => answer.status === "timeout").length;
  return { id, rooms, unanswered, accepted: answers.filter((answer) => answer.status === "ok").map((answer) => answer.text) };
}

(isApp ? test.skip : test)(
  "a room killed under the traffic of 50 clients: no client is disconnected and every message is answered",
  { timeout: 60000 },
  async () => {
    const { id, rooms, unanswered, accepted } = await trafficAndKills();
    assert.equal(unanswered, 0);
    for (const room of rooms) assert.equal((await room.say("and on we go")).status, "ok");

    // Every client has received all accepted messages once and in the same order.
    for (const room of rooms) {
      await until(() => room.texts().filter((text) => text === "and on we go").length === rooms.length, "the last one");
      const heard = new Set(room.texts());
      assert.equal(heard.size, room.live.length - (rooms.length - 1), "no message may be received twice");
      assert.deepEqual(
        accepted.filter((text) => !heard.has(text)),
        [],
      );
      assert.deepEqual(room.live, rooms[0].live);
      assert.deepEqual(room.client.closes, []);
      assert.deepEqual([room.joins, room.errors, room.closed], [1, 0, 0]);
    }

    assert.equal((await fetch(`${server.url}/api/rooms/${id}`, { method: "DELETE" })).status, 204);
    const late = await new Client(server).join(id);
    assert.deepEqual(late.history, []);
    assert.equal((await rooms[0].say("a new history")).status, "ok");
    assert.deepEqual(
      (await new Client(server).join(id)).history.map((message) => message.text),
      ["a new history"],
    );
  },
);

(isApp ? test : test.skip)(
  "a room killed under the traffic of 50 clients: all clients rejoin, and accepted messages were received",
  { timeout: 60000 },
  async () => {
    // As in Phoenix, a push that arrives after the end of its channel is not answered, so the timeout is short.
    const { rooms, accepted } = await trafficAndKills({ rejoinAfterMs: () => 20, within: 2000 });
    for (const room of rooms) await until(() => room.channel.state === "joined", "the last of its joins");
    assert.equal((await rooms[0].say("and on we go")).status, "ok");
    for (const room of rooms) {
      await until(() => [...room.texts(), ...room.read()].includes("and on we go"), "the message after all kills");
      assert.equal(new Set(room.texts()).size, room.live.length, "no message may be received twice");
      // A client receives a message live or in the history of a rejoin; it misses those of a room that was killed before
      // its rejoin.
      assert.ok(room.joins >= 2 && room.errors >= 1, `${room.joins} joins, ${room.errors} errors`);
      assert.deepEqual([room.closed, room.client.closes], [0, []]);
    }
    const known = new Set(rooms.flatMap((room) => [...room.texts(), ...room.read()]));
    assert.deepEqual(
      accepted.filter((text) => !known.has(text)),
      [],
    );
  },
);

test("on the wire: a duplicate join is answered before the old channel is closed", { timeout: 30000 }, async () => {
  const id = freshRoom();
  const socket = new WebSocket(`${server.socketUrl}/websocket?vsn=2.0.0`);
  const frames = [];
  socket.on("message", (data) => frames.push(JSON.parse(data)));
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  const topic = `room:${id}`;
  socket.send(JSON.stringify(["1", "1", topic, "phx_join", {}]));
  socket.send(JSON.stringify(["2", "2", topic, "phx_join", {}]));
  socket.send(JSON.stringify([null, "3", "phoenix", "heartbeat", {}]));
  await until(() => frames.some((frame) => frame[3] === "phx_close"), "the end of the first channel");
  await until(() => frames.some((frame) => frame[1] === "3"), "the heartbeat's answer");
  const ok = (response) => ({ status: "ok", response });
  assert.deepEqual(
    frames.filter((frame) => frame[2] === topic),
    [
      ["1", "1", topic, "phx_reply", ok({ messages: [] })],
      ["2", "2", topic, "phx_reply", ok({ messages: [] })],
      ["1", "1", topic, "phx_close", {}],
    ],
  );
  socket.terminate();
});

test("a client that disappears does not affect the others", { timeout: 30000 }, async () => {
  const id = freshRoom();
  const ann = await new Client(server, newest).join(id);
  const gone = await new Client(server, newest).join(id);
  gone.client.socket.conn.terminate();
  gone.client.close();
  for (let n = 0; n < 20; ++n) assert.equal((await ann.say(`${n}`)).status, "ok");
  await ann.heard(20);
  assert.equal(ann.live.length, 20);
});
