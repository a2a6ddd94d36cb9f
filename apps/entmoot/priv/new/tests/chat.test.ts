// `entmoot test` runs this. Each test has rooms of its own.

import { equal, join, rejects, test } from "entmoot:test";

test("a message reaches everybody", async () => {
  const ann = await join("chat:lobby", { name: "Ann" });
  const bob = await join("chat:lobby", { name: "Bob" });

  const reply = await ann.push("send", { text: "hi" });
  const heard = await bob.next("message");

  equal(heard.text, "hi");
  equal(heard.name, "Ann");
  equal(heard.id, reply.id);
});

test("who comes later can read what was said", async () => {
  const ann = await join("chat:lobby", { name: "Ann" });
  await ann.push("send", { text: "first" });

  const bob = await join("chat:lobby", { name: "Bob" });

  equal(bob.joined.messages.map((message: { text: string }) => message.text), ["first"]);
});

test("rooms do not hear each other", async () => {
  const ann = await join("chat:garden", { name: "Ann" });
  await ann.push("send", { text: "only here" });

  const bob = await join("chat:lobby", { name: "Bob" });

  equal(bob.joined.messages, []);
});

test("nobody comes in without a name, and nothing is said without words", async () => {
  equal(await rejects(join("chat:lobby", { name: " " })), "there is nothing in it");

  const ann = await join("chat:lobby", { name: "Ann" });
  equal(await rejects(ann.push("send", { text: "" })), "there is nothing in it");
});
