// SPDX-License-Identifier: MIT
//
// Run with `entmoot test apps/chat`.

import { equal, join, rejects, reload, request, test } from "entmoot:test";

const names = (listed: Record<string, { metas: { name: string }[] }>) =>
  Object.values(listed).flatMap(({ metas }) => metas.map(({ name }) => name));

const post = (path: string, body: string) => request(path, { method: "POST", body });

test("the reply to a message is the message; all clients receive it, and later ones read it in the history", async () => {
  const ann = await join("room:lobby", { name: "Ann" });
  const bob = await join("room:lobby");

  const said = await ann.push("send_message", { sender: "Ann", text: "hi" });
  equal([said.sender, said.text, typeof said.timestamp], ["Ann", "hi", "number"]);
  equal(await bob.next("new_message"), said);
  equal(await ann.next("new_message"), said);

  equal((await join("room:lobby")).joined, { messages: [said] });
});

test("a client that joins with a name is listed under its current name until it leaves", async () => {
  const ann = await join("room:lobby", { name: "Ann" });
  equal(names(await ann.next("presence_state")), ["Ann"]);

  const bob = await join("room:lobby", { name: "Bob" });
  equal(names((await ann.next("presence_diff")).joins), ["Bob"]);
  await bob.push("rename", { name: "Rob" });
  equal(names((await ann.next("presence_diff")).joins), ["Rob"]);
  await bob.leave();
  equal(names((await ann.next("presence_diff")).leaves), ["Rob"]);
});

test("a client's typing is shown to the others, not to itself", async () => {
  const ann = await join("room:lobby", { name: "Ann" });
  const bob = await join("room:lobby", { name: "Bob" });

  await bob.push("typing", { typing: true });
  equal(await ann.next("typing"), { name: "Bob", typing: true });
  await bob.nothing("typing");
});

test("a client without a name can send messages, but neither report typing nor rename itself", async () => {
  const somebody = await join("room:lobby");
  equal(await rejects(somebody.push("typing", { typing: true })), "a client that joined without a name cannot report typing");
  equal(await rejects(somebody.push("rename", { name: "Eve" })), "a client that joined without a name cannot change it");
  await somebody.push("send_message", { sender: "Eve", text: "hi" });
});

test("invalid messages are rejected with the reason and not broadcast", async () => {
  const ann = await join("room:lobby", { name: "Ann" });
  const wrong: [object, string][] = [
    [{ sender: "Ann" }, '"text" is missing'],
    [{ sender: 5, text: "hi" }, '"sender" must be a string'],
    [{ sender: "Ann", text: "" }, '"text" is empty'],
    [{ sender: "Ann", text: "🌳".repeat(4001) }, '"text" has 4001 characters; 4000 are allowed'],
    [{ sender: "x".repeat(101), text: "hi" }, '"sender" has 101 characters; 100 are allowed'],
  ];
  for (const [message, reason] of wrong) equal(await rejects(ann.push("send_message", message)), reason);
  equal(await rejects(ann.push("typing", { typing: 1 })), '"typing" must be true or false');
  equal(await rejects(ann.push("shout", {})), 'unknown event "shout"');
  equal(await rejects(join("room:lobby", { name: "" })), '"name" is empty');
  equal(await rejects(join(`room:${"é".repeat(101)}`)), "a room name is limited to 200 bytes");
  await ann.nothing("new_message");

  await ann.push("send_message", { sender: "Ann", text: "🌳".repeat(4000) });
});

test("a message posted over HTTP is broadcast in the room", async () => {
  const ann = await join("room:lobby", { name: "Ann" });

  const answer = await post("/api/rooms/lobby/messages", '{"sender": "curl", "text": "hi"}');
  equal(answer.status, 201);
  equal(await ann.next("new_message"), await answer.json());
  equal((await (await request("/api/rooms/lobby")).json()).messageCount, 1);

  for (const body of ["", "hello", "[]", '{"sender": "curl"}']) {
    const refused = await post("/api/rooms/lobby/messages", body);
    equal([refused.status, typeof (await refused.json()).error], [400, "string"]);
  }
  equal((await request("/api/rooms/lobby/nothing")).status, 404);
});

test("a reload keeps the history and the people of a room", async () => {
  const ann = await join("room:lobby", { name: "Ann" });
  await ann.next("presence_state");
  const said = await ann.push("send_message", { sender: "Ann", text: "before" });

  await reload();

  await ann.nothing("presence_diff");
  const bob = await join("room:lobby", { name: "Bob" });
  equal(bob.joined, { messages: [said] });
  equal(names(await bob.next("presence_state")), ["Ann", "Bob"]);
  await bob.push("typing", { typing: true });
  equal(await ann.next("typing"), { name: "Bob", typing: true });
});
