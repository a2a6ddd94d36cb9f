// SPDX-License-Identifier: MIT
//
// Joining, and joining again.

import { a, b, beat, closed, crashed, heartbeat, does, join, OK, ok, refused, reply, T, UT } from "../verbs.mjs";
import assert from "node:assert/strict";

const FLOOD = 400;

/** Of a flood of numbered broadcasts `who` sees the reply to its join first, then a run without a gap up to the last. */
const seesTheRestOfTheFlood = (who, ref) =>
  does(async (world) => {
    const socket = await world.socket(who);
    const next = async () => JSON.parse((await socket.next()).text);
    assert.deepEqual(await next(), world.name(reply(ref, ref, T, OK)));
    for (let last = null; last !== FLOOD;) {
      const [join_ref, its_ref, , event, { n }] = await next();
      assert.deepEqual([join_ref, its_ref, event], [null, null, "shout"]);
      if (last !== null) assert.equal(n, last + 1);
      last = n;
    }
  });

export const joins = [
  { id: "28", title: "a join is answered", steps: [a.sends(join("1")), a.sees(reply("1", "1", T, OK))] },
  {
    id: "29",
    title: "a join_ref that is not the ref names the channel from then on",
    steps: [
      a.sends(["10", "1", T, "phx_join", {}]),
      a.sees(["10", "1", T, "phx_reply", OK]),
      a.sends(["10", "2", T, "pushreply", {}]),
      a.sees(["10", null, T, "pushed", { a: 1 }], ["10", "2", T, "phx_reply", OK]),
      a.sends(["10", "3", T, "crash", {}]),
      a.sees(crashed("10")),
    ],
  },
  {
    id: "30",
    title: "a join's reply may carry anything",
    steps: [
      a.sends(join("1", "room:reply", { a: 1 })),
      a.sees(reply("1", "1", "room:reply", ok({ echo: { a: 1 } }))),
      a.sends(join("2", "room:reply", null)),
      a.sees(reply("2", "2", "room:reply", ok({ echo: null })), closed("1", "room:reply")),
    ],
  },
  {
    id: "31",
    title: "a refused join gets the reason, each time it is tried",
    steps: [
      a.sends(join("1", "room:deny")),
      a.sees(reply("1", "1", "room:deny", refused("unauthorized"))),
      a.isSilent(),
      a.sends(join("2", "room:deny")),
      a.sees(reply("2", "2", "room:deny", refused("unauthorized"))),
    ],
  },
  {
    id: "32",
    title: "a join that crashes is an error reply and nothing else",
    steps: [
      a.sends(["4", "3", "room:crash", "phx_join", {}]),
      a.sees(reply("4", "3", "room:crash", refused("join crashed"))),
      a.isSilent(),
    ],
  },
  {
    id: "33",
    title: "a topic without a route is unmatched, and the join_ref does not come back",
    steps: [a.sends(join("6", "nope")), a.sees(reply(null, "6", "nope", UT))],
  },
  {
    id: "34",
    title: "a topic that is a number is unmatched and comes back as a number",
    steps: [a.sends(["1", "1", 5, "phx_join", {}]), a.sees(reply(null, "1", 5, UT))],
  },
  {
    id: "35",
    title: "the 101st topic is refused; one that is joined may be joined again",
    steps: [
      Array.from({ length: 100 }, (_, i) => a.joins(String(i + 1), `${T}-${i + 1}`)).flat(),
      a.sends(join("101", `${T}-101`)),
      a.sees(reply("101", "101", `${T}-101`, refused("too many channels joined"))),
      a.sends(join("102", `${T}-7`)),
      a.sees(reply("102", "102", `${T}-7`, OK), closed("7", `${T}-7`)),
      a.sends(["8", "103", `${T}-8`, "phx_leave", {}]),
      a.sees(reply("8", "103", `${T}-8`, OK), closed("8", `${T}-8`)),
      a.joins("104", `${T}-101`),
    ],
  },
  {
    id: "36",
    title: "what follows a slow join waits for it; a heartbeat need not",
    steps: [
      a.sends(join("1", "room:slow"), heartbeat("2"), ["1", "3", "room:slow", "ok", {}]),
      a.seesOneOf(
        [reply("1", "1", "room:slow", OK), beat("2"), reply("1", "3", "room:slow", OK)],
        [beat("2"), reply("1", "1", "room:slow", OK), reply("1", "3", "room:slow", OK)],
      ),
    ],
  },
  {
    id: "37",
    title: "what a channel pushes after its join comes after the reply",
    steps: [
      a.sends(join("1", "room:after")),
      a.sees(reply("1", "1", "room:after", OK), ["1", null, "room:after", "late", { n: 2 }]),
    ],
  },
  {
    id: "38",
    title: "in a flood of broadcasts the reply to the join comes first and no later one is missing",
    steps: [
      b.joins(),
      a.sends(heartbeat("0")), // opens the connection before the flood
      a.sees(beat("0")),
      b.sends(...Array.from({ length: FLOOD - 1 }, (_, i) => ["1", null, T, "shout", { n: i + 1 }])),
      a.sends(join("1")),
      does(async (world) => {
        // Joined by now, or soon: the last broadcast is sent when the join has been answered.
        const joining = await world.socket("a");
        while (joining.inbox.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      }),
      b.sends(["1", null, T, "shout", { n: FLOOD }]),
      seesTheRestOfTheFlood("a", "1"),
      b.vanishes(),
    ],
  },
  {
    id: "39",
    title: "a channel joined without a join_ref pushes with the join's ref and closes with none",
    steps: [
      a.sends([null, "1", T, "phx_join", {}]),
      a.sees(reply(null, "1", T, OK)),
      a.sends([null, "3", T, "pushreply", {}]),
      a.sees(["1", null, T, "pushed", { a: 1 }], reply("1", "3", T, OK)),
      a.sends([null, "4", T, "stop", {}]),
      a.sees([null, null, T, "phx_close", {}]),
    ],
  },
  {
    id: "40",
    title: "numbers are refs too, and are not strings",
    steps: [
      a.sends([1, 1, T, "phx_join", {}]),
      a.sees(reply(1, 1, T, OK)),
      a.sends(["1", "2", T, "ok", {}]),
      a.isSilent(),
      a.sends([1, 3, T, "ok", {}]),
      a.sees(reply(1, 3, T, OK)),
    ],
  },
  {
    id: "40",
    title: "a string join_ref does not take a number",
    steps: [a.joins(), a.sends([1, 2, T, "ok", {}]), a.isSilent()],
  },
  {
    id: "41",
    title: "a duplicate join is answered first, then the old join is closed",
    steps: [a.joins(), a.sends(join("2")), a.sees(reply("2", "2", T, OK), closed("1")), a.isSilent()],
  },
  {
    id: "42",
    title: "after a duplicate join the new channel answers and the old one is silent",
    steps: [
      a.joins(),
      a.sends(join("2")),
      a.sees(reply("2", "2", T, OK), closed("1")),
      a.sends(["2", "3", T, "ok", {}]),
      a.sees(reply("2", "3", T, OK)),
      a.sends(["1", "4", T, "ok", {}]),
      a.isSilent(),
    ],
  },
  {
    id: "43",
    title: "a leave and a join in one breath end the old channel and leave the new one alive",
    steps: [
      a.joins(),
      a.sends(["1", "2", T, "phx_leave", {}], join("3")),
      a.seesOneOf([reply("1", "2", T, OK), closed("1"), reply("3", "3", T, OK)], [reply("3", "3", T, OK), closed("1")]),
      a.sends(["3", "4", T, "ok", {}]),
      a.sees(reply("3", "4", T, OK)),
      a.isSilent(),
    ],
  },
  {
    id: "44",
    title: "what the new channel pushes comes after the close of the old one",
    steps: [
      a.sends(join("1", "room:after")),
      a.sees(reply("1", "1", "room:after", OK), ["1", null, "room:after", "late", { n: 2 }]),
      a.sends(join("2", "room:after")),
      a.sees(reply("2", "2", "room:after", OK), closed("1", "room:after"), ["2", null, "room:after", "late", { n: 2 }]),
    ],
  },
];
