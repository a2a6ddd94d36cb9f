// SPDX-License-Identifier: MIT
//
// What happens to sockets as a whole.

import { a, b, c, does, heartbeat, beat, OK, reply, T } from "../verbs.mjs";

const named = "/socket/websocket?vsn=2.0.0&id=u-@case";

export const sockets = [
  {
    id: "80",
    title: "a disconnect closes every socket of that id with 1001, and nothing is said before",
    steps: [
      a.opens(named),
      a.joins(),
      c.opens(named),
      b.joins(),
      b.sends(["1", "2", T, "kick", { id: "u-@case" }]),
      a.isClosed(1001),
      c.isClosed(1001),
      b.sends(["1", "3", T, "ok", {}]),
      b.sees(reply("1", "3", T, OK)),
    ],
  },
  {
    id: "80",
    title: "who disconnects itself is closed as well",
    steps: [a.opens(named), a.joins(), a.sends(["1", "2", T, "kick", { id: "u-@case" }]), a.isClosed(1001)],
  },
  {
    id: "80",
    title: "a client's own close is answered, with 1000 or its code",
    steps: [
      a.joins(),
      a.sends({ $frame: { opcode: 8, payload: { $hex: "0f a0" } } }),
      a.sees({ $close: [1000, 4000] }),
    ],
  },
  {
    id: "81",
    title: "a server that goes down closes every socket with 1012, with and without a channel",
    deviation: "behind Bandit those without a channel get 1000, after which older clients stay away",
    alone: true,
    steps: [
      a.joins(),
      b.sends(heartbeat("1")),
      b.sees(beat("1")),
      does((world) => void world.server.stop()),
      a.isClosed(1012),
      b.isClosed(1012),
    ],
  },
];
