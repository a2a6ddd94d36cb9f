// SPDX-License-Identifier: MIT
//
// How a channel ends: by its client, by itself, by a crash.

import { a, b, closed, crashed, OK, ok, reply, T, UT } from "../verbs.mjs";

const crashes = (event) => ({
  id: "63",
  title: `${event} is a phx_error, and the socket's other topics go on`,
  steps: [
    a.joins(),
    a.joins("2", `${T}-other`),
    a.sends(["1", "3", T, event, {}]),
    a.sees(crashed("1")),
    a.sends(["2", "4", `${T}-other`, "ok", {}]),
    a.sees(reply("2", "4", `${T}-other`, OK)),
    a.isSilent(),
  ],
});

export const leaves = [
  {
    id: "56",
    title: "a leave is answered, then the channel is closed",
    steps: [
      a.joins(),
      a.sends(["1", "2", T, "phx_leave", {}]),
      a.sees(reply("1", "2", T, OK), closed("1")),
      a.sends(["1", "3", T, "ok", {}]),
      a.sees(reply(null, "3", T, UT)),
    ],
  },
  {
    id: "57",
    title: "a leave without a join_ref is answered with the channel's",
    steps: [a.joins(), a.sends([null, "3", T, "phx_leave", {}]), a.sees(reply("1", "3", T, OK), closed("1"))],
  },
  {
    id: "58",
    title: "a stale leave is dropped in silence",
    steps: [
      a.joins(),
      a.sends(["0", "2", T, "phx_leave", {}]),
      a.isSilent(),
      a.sends(["1", "3", T, "ok", {}]),
      a.sees(reply("1", "3", T, OK)),
    ],
  },
  ...[T, "nope"].map((topic) => ({
    id: "59",
    title: `who leaves ${topic === T ? "a topic that it never joined" : "a topic without a route"} has left it`,
    steps: [a.sends(["5", "6", topic, "phx_leave", {}]), a.sees(reply("5", "6", topic, OK)), a.isSilent()],
  })),
  {
    id: "59",
    title: "a second leave is answered too",
    steps: [
      a.joins(),
      a.sends(["1", "2", T, "phx_leave", {}]),
      a.sees(reply("1", "2", T, OK), closed("1")),
      a.sends(["1", "3", T, "phx_leave", {}]),
      a.sees(reply("1", "3", T, OK)),
      a.isSilent(),
    ],
  },
  {
    id: "60",
    title: "who has left hears no broadcast",
    steps: [
      a.joins(),
      b.joins(),
      a.sends(["1", "2", T, "phx_leave", {}]),
      a.sees(reply("1", "2", T, OK), closed("1")),
      b.sends(["1", "2", T, "shout", { a: 1 }]),
      b.sees([null, null, T, "shout", { a: 1 }], reply("1", "2", T, OK)),
      a.isSilent(),
    ],
  },
  {
    id: "61",
    title: "a channel that stops is closed, without a reply",
    steps: [a.joins(), a.sends(["1", "2", T, "stop", {}]), a.sees(closed("1")), a.isSilent()],
  },
  {
    id: "62",
    title: "a channel that stops with a reply replies, then is closed",
    steps: [
      a.joins(),
      a.sends(["1", "4", T, "stop_reply", { b: 1 }]),
      a.sees(reply("1", "4", T, ok({ b: 1 })), closed("1")),
    ],
  },
  crashes("stop_err"),
  crashes("crash"),
  {
    id: "64",
    title: "a crashed channel may be joined again at once",
    steps: [a.joins(), a.sends(["1", "2", T, "crash", {}]), a.sees(crashed("1")), a.joins("9")],
  },
  {
    id: "65",
    title: "when a client closes its socket its presences leave",
    steps: [
      a.opens("/socket/websocket?vsn=2.0.0"),
      a.sends(["1", "1", "room:presence-@case", "phx_join", { key: "a" }]),
      a.sees(
        reply("1", "1", "room:presence-@case", OK),
        ["1", null, "room:presence-@case", "presence_state", {}],
        [
          null,
          null,
          "room:presence-@case",
          "presence_diff",
          { joins: { a: { metas: [{ phx_ref: { $bind: "R" } }] } }, leaves: {} },
        ],
      ),
      b.sends(["1", "1", "room:presence-@case", "phx_join", {}]),
      b.sees(reply("1", "1", "room:presence-@case", OK), [
        "1",
        null,
        "room:presence-@case",
        "presence_state",
        { a: { metas: [{ phx_ref: { $bind: "R" } }] } },
      ]),
      a.sends({ $frame: { opcode: 8, payload: { $hex: "03 e9" } } }),
      a.sees({ $close: [1001, 1000] }),
      b.sees([
        null,
        null,
        "room:presence-@case",
        "presence_diff",
        { joins: {}, leaves: { a: { metas: [{ phx_ref: { $bind: "R" } }] } } },
      ]),
    ],
  },
];
