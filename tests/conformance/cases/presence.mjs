// SPDX-License-Identifier: MIT
//
// Presence. On "room:presence…" a join with a "key" tracks it, with the rest of the payload as meta, after the state
// has been pushed.

import { $, a, any, b, c, closed, crashed, OK, ok, reply } from "../verbs.mjs";

const P = "room:presence-@case";
const metas = (...list) => ({ metas: list });
const state = (join_ref, presences) => [join_ref, null, P, "presence_state", presences];
const diff = (joins, leaves) => [null, null, P, "presence_diff", { joins, leaves }];
const joining = (payload, ref = "1") => [ref, ref, P, "phx_join", payload];
const u1 = { name: "A", phx_ref: $("R") };
const u2 = { name: "B", phx_ref: $("S") };

/** a has joined as u1. */
const alone = [
  a.sends(joining({ key: "u1", name: "A" })),
  a.sees(reply("1", "1", P, OK), state("1", {}), diff({ u1: metas(u1) }, {})),
];
/** b has come as u2. */
const both = [
  alone,
  b.sends(joining({ key: "u2", name: "B" }, "5")),
  b.sees(reply("5", "5", P, OK), state("5", { u1: metas(u1) }), diff({ u2: metas(u2) }, {})),
  a.sees(diff({ u2: metas(u2) }, {})),
];
const gone = diff({}, { u2: metas(u2) });

export const presence = [
  { id: "97", title: "who joins gets the state, then the news of itself", steps: [alone] },
  {
    id: "97",
    title: "who does not track sees the state only",
    steps: [a.sends(joining({})), a.sees(reply("1", "1", P, OK), state("1", {})), a.isSilent()],
  },
  { id: "98", title: "who comes later sees who is there, with the same ref, and all hear of it", steps: [both] },
  {
    id: "99",
    title: "an update is one diff with the old meta and the new, which names the old",
    steps: [
      both,
      a.sends(["1", "3", P, "update", { key: "u1", name: "A2" }]),
      a.seesOneOf(
        [
          reply("1", "3", P, OK),
          diff({ u1: metas({ name: "A2", phx_ref: $("Q"), phx_ref_prev: $("R") }) }, { u1: metas(u1) }),
        ],
        [
          diff({ u1: metas({ name: "A2", phx_ref: $("Q"), phx_ref_prev: $("R") }) }, { u1: metas(u1) }),
          reply("1", "3", P, OK),
        ],
      ),
      b.sees(diff({ u1: metas({ name: "A2", phx_ref: $("Q"), phx_ref_prev: $("R") }) }, { u1: metas(u1) })),
      b.sends(["5", "9", P, "list", {}]),
      b.sees(
        reply("5", "9", P, ok({ u1: metas({ name: "A2", phx_ref: $("Q"), phx_ref_prev: $("R") }), u2: metas(u2) })),
      ),
    ],
  },
  { id: "100", title: "who vanishes is in a diff with leaves only", steps: [both, b.vanishes(), a.sees(gone)] },
  {
    id: "100",
    title: "who leaves is in a diff with leaves only",
    steps: [
      both,
      b.sends(["5", "6", P, "phx_leave", {}]),
      a.sees(gone),
      b.seesOneOf([reply("5", "6", P, OK), closed("5", P)], [gone, reply("5", "6", P, OK), closed("5", P)]),
    ],
  },
  {
    id: "100",
    title: "the presences of a crashed channel leave",
    steps: [both, b.sends(["5", "6", P, "crash", {}]), a.sees(gone), b.sees(crashed("5", P))],
  },
  {
    id: "100",
    title: "untrack is a diff with leaves only, and the channel lives",
    steps: [
      both,
      b.sends(["5", "6", P, "untrack", { key: "u2" }]),
      b.seesOneOf([gone, reply("5", "6", P, OK)], [reply("5", "6", P, OK), gone]),
      a.sees(gone),
      b.sends(["5", "7", P, "list", {}]),
      b.sees(reply("5", "7", P, ok({ u1: metas(u1) }))),
    ],
  },
  {
    id: "100",
    title: "a second join of the same client takes the place of its presence",
    steps: [
      alone,
      a.sends(joining({}, "2")),
      a.sees(reply("2", "2", P, OK), closed("1", P)),
      a.seesOneOf(
        [diff({}, { u1: metas(u1) }), state("2", {})],
        [state("2", {})],
        [state("2", { u1: metas(u1) }), diff({}, { u1: metas(u1) })],
      ),
    ],
  },
  {
    id: "101",
    title: "two with one key are two metas, and when one leaves the other stays",
    steps: [
      a.sends(joining({ key: "u", n: 1 })),
      a.sees(reply("1", "1", P, OK), state("1", {}), diff({ u: metas({ n: 1, phx_ref: $("R") }) }, {})),
      b.sends(joining({ key: "u", n: 2 })),
      b.sees(
        reply("1", "1", P, OK),
        state("1", { u: metas({ n: 1, phx_ref: $("R") }) }),
        diff({ u: metas({ n: 2, phx_ref: $("S") }) }, {}),
      ),
      a.sees(diff({ u: metas({ n: 2, phx_ref: $("S") }) }, {})),
      c.sends(joining({})),
      c.sees(reply("1", "1", P, OK), state("1", { u: metas(any, any) })),
      b.vanishes(),
      a.sees(diff({}, { u: metas({ n: 2, phx_ref: $("S") }) })),
      c.sees(diff({}, { u: metas({ n: 2, phx_ref: $("S") }) })),
      a.sends(["1", "7", P, "list", {}]),
      a.sees(reply("1", "7", P, ok({ u: metas({ n: 1, phx_ref: $("R") }) }))),
    ],
  },
  {
    id: "101",
    title: "one channel tracks several keys, and all leave with it",
    steps: [
      a.sends(joining({})),
      a.sees(reply("1", "1", P, OK), state("1", {})),
      b.sends(joining({ key: "k1" })),
      b.sees(reply("1", "1", P, OK), state("1", {}), diff({ k1: metas({ phx_ref: $("R") }) }, {})),
      a.sees(diff({ k1: metas({ phx_ref: $("R") }) }, {})),
      b.sends(["1", "2", P, "track", { key: "k2" }]),
      a.sees(diff({ k2: metas({ phx_ref: $("S") }) }, {})),
      b.vanishes(),
      a.sees(diff({}, { k1: metas({ phx_ref: $("R") }), k2: metas({ phx_ref: $("S") }) })),
    ],
  },
];
