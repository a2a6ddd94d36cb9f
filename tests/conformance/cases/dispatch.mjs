// SPDX-License-Identifier: MIT
//
// Which message goes where: the rows of the decision table that the other sections do not already hold.

import { a, closed, crashed, heartbeat, OK, reply, T, UT } from "../verbs.mjs";

export const dispatch = [
  {
    id: "7.1",
    title: "a heartbeat with a payload is a heartbeat",
    steps: [a.sends([null, "1", "phoenix", "heartbeat", { x: [1] }]), a.sees(reply(null, "1", "phoenix", OK))],
  },
  {
    id: "7.2",
    title: "a join of the topic phoenix is unmatched",
    steps: [a.sends(["1", "1", "phoenix", "phx_join", {}]), a.sees(reply(null, "1", "phoenix", UT))],
  },
  {
    id: "7.2",
    title: "room: alone matches room:*",
    steps: [a.sends(["1", "1", "room:", "phx_join", {}]), a.sees(reply("1", "1", "room:", OK))],
  },
  {
    id: "7.2",
    title: "room without its colon does not",
    steps: [a.sends(["1", "1", "room", "phx_join", {}]), a.sees(reply(null, "1", "room", UT))],
  },
  {
    id: "7.2",
    title: "topics are compared to the letter",
    steps: [
      a.joins(),
      a.sends(["1", "2", T.replace("room", "Room"), "ok", {}]),
      a.sees(reply(null, "2", T.replace("room", "Room"), UT)),
    ],
  },
  {
    id: "7.3",
    title: "a join with the same join_ref is a duplicate too",
    steps: [a.joins(), a.sends(["1", "2", T, "phx_join", {}]), a.sees(reply("1", "2", T, OK), closed("1"))],
  },
  {
    id: "7.3",
    title: "a duplicate join without a join_ref takes the place of one with",
    steps: [a.joins(), a.sends([null, "2", T, "phx_join", {}]), a.sees(reply(null, "2", T, OK), closed("1"))],
  },
  {
    id: "7.4",
    title: "a leave without a ref is answered without one",
    steps: [a.joins(), a.sends(["1", null, T, "phx_leave", {}]), a.sees(reply("1", null, T, OK), closed("1"))],
  },
  {
    id: "7.5",
    title: "a channel joined without a join_ref takes only messages without one",
    steps: [
      a.sends([null, "1", T, "phx_join", {}]),
      a.sees(reply(null, "1", T, OK)),
      a.sends(["1", "2", T, "ok", {}]),
      a.isSilent(),
      a.sends([null, "3", T, "ok", {}]),
      a.sees(reply("1", "3", T, OK)),
    ],
  },
  {
    id: "7.5",
    title: "an event that is a number reaches the channel, which does not know it",
    steps: [a.joins(), a.sends(["1", "2", T, 5, {}]), a.sees(crashed("1"))],
  },
  {
    id: "7.6",
    title: "a leave without a join_ref of a topic that is not joined is answered without one",
    steps: [a.sends([null, "1", T, "phx_leave", {}]), a.sees(reply(null, "1", T, OK))],
  },
  {
    id: "7.7",
    title: "a message to a topic that is a number is unmatched",
    steps: [a.sends(["1", "2", 5, "ok", {}]), a.sees(reply(null, "2", 5, UT))],
  },
  {
    id: "8.3",
    title: "a refused join does not make the socket forget its others",
    steps: [
      a.joins(),
      a.sends(["2", "2", "room:deny", "phx_join", {}], heartbeat("3"), ["1", "4", T, "ok", {}]),
      a.sees(
        reply("2", "2", "room:deny", { status: "error", response: { reason: "unauthorized" } }),
        reply(null, "3", "phoenix", OK),
        reply("1", "4", T, OK),
      ),
    ],
  },
];
