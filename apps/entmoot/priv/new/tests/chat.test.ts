// Run with `entmoot test`. Each test has its own rooms.

import { equal, join, rejects, test } from "entmoot:test";

test("a message reaches everybody", async () => {
  const ann = await join("chat:lobby", { name: "Ann" });
  const bob = await join("chat:lobby", { name: "Bob" });

  const reply = await ann.push("send", { text: "hi" });
  const received = await bob.next("message");

  equal(received.text, "hi");
  equal(received.name, "Ann");
  equal(received.id, reply.id);
});

test("a client that joins later can read the history", async () => {
  const ann = await join("chat:lobby", { name: "Ann" });
  await ann.push("send", { text: "first" });

  const bob = await join("chat:lobby", { name: "Bob" });

  equal(bob.joined.messages.map((message: { text: string }) => message.text), ["first"]);
});

test("messages do not reach other rooms", async () => {
  const ann = await join("chat:garden", { name: "Ann" });
  await ann.push("send", { text: "only here" });

  const bob = await join("chat:lobby", { name: "Bob" });

  equal(bob.joined.messages, []);
});

test("a join without a name and a message without text are rejected", async () => {
  equal(await rejects(join("chat:lobby", { name: " " })), "the text is empty");

  const ann = await join("chat:lobby", { name: "Ann" });
  equal(await rejects(ann.push("send", { text: "" })), "the text is empty");
});
