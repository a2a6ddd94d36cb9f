// SPDX-License-Identifier: MIT
//
// One message to everybody on a topic.

import { a, b, c, crashed, OK, reply, T } from "../verbs.mjs";

const shout = (payload) => [null, null, T, "shout", payload];
const MANY = 100;

export const broadcast = [
  {
    id: "66",
    title: "a broadcast reaches everybody, and its sender before the reply",
    steps: [
      a.joins(),
      b.joins("7"),
      a.sends(["1", "2", T, "shout", { a: 1 }]),
      a.sees(shout({ a: 1 }), reply("1", "2", T, OK)),
      b.sees(shout({ a: 1 })),
    ],
  },
  {
    id: "66",
    title: "a broadcast does not reach another topic",
    steps: [
      a.joins(),
      b.joins("1", `${T}-other`),
      a.sends(["1", "2", T, "shout", { a: 1 }]),
      a.sees(shout({ a: 1 }), reply("1", "2", T, OK)),
      b.isSilent(),
    ],
  },
  {
    id: "67",
    title: "broadcast_from reaches everybody but its sender",
    steps: [
      a.joins(),
      b.joins(),
      a.sends(["1", "2", T, "shout_from", { a: 1 }]),
      a.sees(reply("1", "2", T, OK)),
      b.sees(shout({ a: 1 })),
      a.isSilent(),
    ],
  },
  {
    id: "68",
    title: "an intercepted broadcast is a push to each, with its own join_ref",
    steps: [
      a.joins(),
      b.joins("7"),
      a.sends(["1", "2", T, "icpt", { a: 1 }]),
      a.sees(["1", null, T, "icpt", { a: 1, tag: "mine" }]),
      b.sees(["7", null, T, "icpt", { a: 1, tag: "mine" }]),
    ],
  },
  {
    id: "69",
    title: "clients of both versions get the same broadcast, each in its own format",
    steps: [
      a.joins(),
      b.opens("/socket/websocket?vsn=1.0.0"),
      b.sends({ topic: T, event: "phx_join", payload: {}, ref: "1" }),
      b.sees({ topic: T, event: "phx_reply", payload: OK, ref: "1" }),
      a.sends(["1", "2", T, "shout", { a: 1 }]),
      a.sees(shout({ a: 1 }), reply("1", "2", T, OK)),
      b.sees({ topic: T, event: "shout", payload: { a: 1 }, ref: null }),
    ],
  },
  {
    id: "70",
    title: "a hundred broadcasts come in order, to everybody",
    steps: [
      a.joins(),
      b.joins(),
      c.joins(),
      a.sends(...Array.from({ length: MANY }, (_, i) => ["1", String(i), T, "shout", { i }])),
      a.sees(...Array.from({ length: MANY }, (_, i) => [shout({ i }), reply("1", String(i), T, OK)]).flat()),
      b.sees(...Array.from({ length: MANY }, (_, i) => shout({ i }))),
      c.sees(...Array.from({ length: MANY }, (_, i) => shout({ i }))),
    ],
  },
  ...[[1], "text", 5, null].map((payload) => ({
    id: "70",
    title: `a broadcast of ${JSON.stringify(payload)}, which is no object, ends its channel and is heard by nobody`,
    steps: [a.joins(), b.joins(), a.sends(["1", "2", T, "shout", payload]), a.sees(crashed("1")), b.isSilent()],
  })),
];
