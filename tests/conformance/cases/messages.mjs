// SPDX-License-Identifier: MIT
//
// Messages of a client to its channel, and their replies.

import { a, crashed, join, OK, ok, reply, T, UT } from "../verbs.mjs";

const echoed = (title, payload) => ({
  id: "45",
  title: `${title} is echoed`,
  steps: [a.joins(), a.sends(["1", "2", T, "echo", payload]), a.sees(reply("1", "2", T, ok(payload)))],
});

export const messages = [
  echoed("an object", { a: 1 }),
  echoed("a list", [1, 2]),
  echoed("null", null),
  echoed("a string", "str"),
  echoed("text beyond ASCII, with quotes and slashes", { "ü/\u{1F333}": 'a"b\\c\u0000\n' }),
  {
    id: "46",
    title: "an error reply carries its payload",
    steps: [
      a.joins(),
      a.sends(["1", "2", T, "err", { reason: "x" }]),
      a.sees(reply("1", "2", T, { status: "error", response: { reason: "x" } })),
    ],
  },
  {
    id: "47",
    title: "who does not reply says nothing",
    steps: [a.joins(), a.sends(["1", "2", T, "noreply", {}]), a.isSilent()],
  },
  {
    id: "48",
    title: "a late reply does not hold up the next message",
    steps: [
      a.joins(),
      a.sends(["1", "6", T, "async", { k: 1 }], ["1", "7", T, "ok", {}]),
      a.sees(reply("1", "7", T, OK), reply("1", "6", T, ok({ k: 1 }))),
    ],
  },
  {
    id: "48",
    title: "a late reply of a channel that was left is never sent",
    steps: [
      a.joins(),
      a.sends(["1", "6", T, "async", { k: 1 }], ["1", "7", T, "phx_leave", {}]),
      a.sees(reply("1", "7", T, OK), ["1", "1", T, "phx_close", {}]),
      a.isSilent(),
    ],
  },
  {
    id: "49",
    title: "a push made before the reply comes before it",
    steps: [
      a.joins(),
      a.sends(["1", "2", T, "pushreply", {}]),
      a.sees(["1", null, T, "pushed", { a: 1 }], reply("1", "2", T, OK)),
    ],
  },
  {
    id: "50",
    title: "a message without a ref gets a reply without one",
    steps: [a.joins(), a.sends(["1", null, T, "echo", { a: 1 }]), a.sees(reply("1", null, T, ok({ a: 1 })))],
  },
  {
    id: "50",
    title: "a late reply to a message without a ref cannot be, and ends the channel",
    steps: [a.joins(), a.sends(["1", null, T, "async", {}]), a.sees(crashed("1"))],
  },
  {
    id: "51",
    title: "a message without a join_ref is taken, and answered with the channel's",
    steps: [a.joins(), a.sends([null, "3", T, "ok", {}]), a.sees(reply("1", "3", T, OK))],
  },
  {
    id: "51",
    title: 'a join_ref "" counts as none',
    deviation: "Phoenix drops the message; clients in Go send it",
    steps: [a.joins(), a.sends(["", "3", T, "ok", {}]), a.sees(reply("1", "3", T, OK))],
  },
  {
    id: "52",
    title: "a stale message is dropped in silence",
    steps: [
      a.joins(),
      a.sends(["0", "2", T, "crash", {}]),
      a.isSilent(),
      a.sends(["1", "3", T, "ok", {}]),
      a.sees(reply("1", "3", T, OK)),
    ],
  },
  {
    id: "53",
    title: "a message to a topic that is not joined is unmatched, without a join_ref",
    steps: [a.sends(["1", "2", T, "ok", {}]), a.sees(reply(null, "2", T, UT))],
  },
  {
    id: "54",
    title: "an unknown event ends its channel without a reply",
    steps: [
      a.joins(),
      a.sends(["1", "2", T, "no_such_event", {}]),
      a.sees(crashed("1")),
      a.isSilent(),
      a.sends(["1", "3", T, "ok", {}]),
      a.sees(reply(null, "3", T, UT)),
    ],
  },
  ...["phx_reply", "phx_close", "phx_error"].map((event) => ({
    id: "55",
    title: `${event} from a client is an event like any other`,
    steps: [
      a.joins(),
      a.sends(["1", "2", T, event, {}]),
      a.sees(crashed("1")),
      a.sends(join("3")),
      a.sees(reply("3", "3", T, OK)),
    ],
  })),
];
