// SPDX-License-Identifier: MIT
//
// Heartbeats, and what happens to a frame that is no message.

import { a, b, beat, frame, heartbeat, hex, join, OK, pong, reply, T, text, UT, waits } from "../verbs.mjs";

const fatal = (id, title, piece, ...codes) => ({
  id,
  title: `${title} ends the connection with ${codes.join(" or ")}, and nothing is said before`,
  steps: [a.joins(), a.sends(piece), a.isClosed(...codes)],
});

export const heartbeats = [
  { id: "16", title: "a heartbeat is answered", steps: [a.sends(heartbeat("1")), a.sees(beat("1"))] },
  {
    id: "17",
    title: "a heartbeat's join_ref is not sent back",
    steps: [a.sends(["9", "2", "phoenix", "heartbeat", {}]), a.sees(beat("2"))],
  },
  {
    id: "18",
    title: "a heartbeat without a ref is answered without one",
    steps: [a.sends(heartbeat(null)), a.sees(beat(null))],
  },
  { id: "19", title: "a ref keeps its type", steps: [a.sends(heartbeat(7)), a.sees(beat(7))] },
  {
    id: "20",
    title: "another event on the topic phoenix has no topic",
    steps: [a.sends([null, "1", "phoenix", "foo", {}]), a.sees(reply(null, "1", "phoenix", UT))],
  },
  fatal("21", "malformed JSON", text("{oops"), 1011),
  fatal("21", "an empty text", text(""), 1011),
  fatal("21", "an empty array", text("[]"), 1011),
  fatal("21", "an array of four", text('["1","2","phoenix","heartbeat"]'), 1011),
  fatal("21", "an object on V2", { topic: "phoenix", event: "heartbeat", payload: {}, ref: "1" }, 1011),
  fatal("21", "a JSON string", text('"x"'), 1011),
  {
    id: "22",
    title: "elements after the fifth are ignored",
    steps: [a.sends([null, "1", "phoenix", "heartbeat", {}, "x"]), a.sees(beat("1"))],
  },
  {
    id: "23",
    title: "white space in JSON is no fault; the answer has none",
    steps: [a.sends(text(' [ null , "1" , "phoenix" ,\n"heartbeat" , { } ] ')), a.sees(beat("1"))],
  },
  fatal("24", "text that is not UTF-8", frame({ payload: hex('"[1" ff fe') }), 1007),
  {
    id: "24",
    title: "a frame over the limit ends the connection with 1009",
    steps: [
      a.opens("/small/websocket?vsn=2.0.0"),
      a.joins(),
      a.sends(["1", "2", T, "echo", "x".repeat(2000)]),
      a.isClosed(1009),
    ],
  },
  {
    id: "24",
    title: "a message over the limit in fragments below it ends the connection with 1009",
    steps: [
      a.opens("/small/websocket?vsn=2.0.0"),
      a.sends(
        frame({ payload: `["1","2","t","e","${"x".repeat(1500)}`, fin: false }),
        frame({ opcode: 0, payload: `${"x".repeat(1500)}"]` }),
      ),
      a.isClosed(1009),
    ],
  },
  {
    id: "24",
    title: "a frame just below the limit is served",
    steps: [
      a.opens("/small/websocket?vsn=2.0.0"),
      a.joins(),
      a.sends(["1", "2", T, "echo", "x".repeat(1900)]),
      a.sees(reply("1", "2", T, { status: "ok", response: "x".repeat(1900) })),
    ],
  },
  fatal("25", "a binary frame of kind 1", hex('01 01 01 |"@case"| 02 "1" "2" "@case" "ok"'), 1011),
  fatal("25", "a binary frame of kind 2", hex('02 |"@case"| 05 "@case" "shout"'), 1011),
  fatal("25", "a truncated binary frame", hex('00 01 01 06 03 "1" "2" "roo"'), 1011),
  fatal("25", "a binary frame that ends in its header", hex("00 01 01"), 1011),
  fatal("25", "an empty binary frame", hex(""), 1011),
  {
    id: "26",
    title: "a client that says nothing is closed, even while it is told something, and not with 1000",
    steps: [
      a.opens("/small/websocket?vsn=2.0.0"),
      a.joins(),
      b.joins(),
      Array.from({ length: 5 }, (_, i) => [
        b.sends(["1", String(i + 2), T, "shout_from", { i }]),
        b.sees(reply("1", String(i + 2), T, OK)),
        a.sees([null, null, T, "shout", { i }]),
        waits(250),
      ]).flat(),
      a.isClosed(1001, 1002),
    ],
  },
  {
    id: "26",
    title: "a client that speaks is not idle",
    steps: [
      a.opens("/small/websocket?vsn=2.0.0"),
      Array.from({ length: 4 }, (_, i) => [a.sends(heartbeat(String(i))), a.sees(beat(String(i))), waits(600)]).flat(),
      a.sends(join("1")),
      a.sees(reply("1", "1", T, OK)),
    ],
  },
  {
    id: "27",
    title: "a WebSocket ping is answered with its payload, between two messages",
    steps: [
      a.sends(heartbeat("1"), frame({ opcode: 9, payload: "hey" }), heartbeat("2")),
      a.seesOneOf([beat("1"), pong("hey"), beat("2")], [pong("hey"), beat("1"), beat("2")]),
    ],
  },
  {
    id: "27",
    title: "a pong that nobody asked for is ignored",
    steps: [a.sends(frame({ opcode: 10, payload: "hey" }), heartbeat("1")), a.sees(beat("1"))],
  },
];
