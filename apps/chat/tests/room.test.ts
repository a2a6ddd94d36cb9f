// SPDX-License-Identifier: MIT
//
// `entmoot test apps/chat`

import { equal, join, rejects, reload, request, test } from "entmoot:test";

const names = (listed: Record<string, { metas: { name: string }[] }>) =>
  Object.values(listed).flatMap(({ metas }) => metas.map(({ name }) => name));

const post = (path: string, body: string) => request(path, { method: "POST", body });

test("a message is replied with itself, heard by all, and read by who comes later", async () => {
  const ann = await join("room:lobby", { name: "Ann" });
  const bob = await join("room:lobby");

  const said = await ann.push("send_message", { sender: "Ann", text: "hi" });
  equal([said.sender, said.text, typeof said.timestamp], ["Ann", "hi", "number"]);
  equal(await bob.next("new_message"), said);
  equal(await ann.next("new_message"), said);

  equal((await join("room:lobby")).joined, { messages: [said] });
});

test("who joins with a name is listed under it, also under another, until he leaves", async () => {
  const ann = await join("room:lobby", { name: "Ann" });
  equal(names(await ann.next("presence_state")), ["Ann"]);

  const bob = await join("room:lobby", { name: "Bob" });
  equal(names((await ann.next("presence_diff")).joins), ["Bob"]);
  await bob.push("rename", { name: "Rob" });
  equal(names((await ann.next("presence_diff")).joins), ["Rob"]);
  await bob.leave();
  equal(names((await ann.next("presence_diff")).leaves), ["Rob"]);
});

test("the others see who types, and who types does not", async () => {
  const ann = await join("room:lobby", { name: "Ann" });
  const bob = await join("room:lobby", { name: "Bob" });

  await bob.push("typing", { typing: true });
  equal(await ann.next("typing"), { name: "Bob", typing: true });
  await bob.nothing("typing");
});

test("without a name one speaks, but neither types nor changes it", async () => {
  const somebody = await join("room:lobby");
  equal(await rejects(somebody.push("typing", { typing: true })), "only who has joined with a name is seen typing");
  equal(await rejects(somebody.push("rename", { name: "Eve" })), "only who has joined with a name changes it");
  await somebody.push("send_message", { sender: "Eve", text: "hi" });
});

test("what is wrong is refused, with the reason, and heard by nobody", async () => {
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
  equal(await rejects(ann.push("shout", {})), 'there is no event "shout"');
  equal(await rejects(join("room:lobby", { name: "" })), '"name" is empty');
  equal(await rejects(join(`room:${"é".repeat(101)}`)), "a room's name has at most 200 bytes");
  await ann.nothing("new_message");

  await ann.push("send_message", { sender: "Ann", text: "🌳".repeat(4000) });
});

test("what is said over HTTP is said in the room", async () => {
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

test("a room that goes on in other code knows what was said, and who is there", async () => {
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
