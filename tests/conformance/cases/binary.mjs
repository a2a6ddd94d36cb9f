// SPDX-License-Identifier: MIT
//
// Binary frames of version 2.

import { a, b, beat, closed, crashed, hex, join, OK, ok, reply, T, UT } from "../verbs.mjs";

/** A client's push on this case's topic. */
const push = (event, ref, bytes, join_ref = "1") =>
  hex(`00 |"${join_ref}"| |"${ref}"| |"${T}"| |"${event}"| "${join_ref}" "${ref}" "${T}" "${event}" ${bytes}`);
const answer = (ref, bytes, status = "ok") =>
  hex(`01 01 |"${ref}"| |"${T}"| |"${status}"| "1" "${ref}" "${T}" "${status}" ${bytes}`);
const shout = (event, bytes) => hex(`02 |"${T}"| |"${event}"| "${T}" "${event}" ${bytes}`);

const LONG = "x".repeat(255);

export const binary = [
  {
    id: "71",
    title: "a binary message gets a binary push and a binary reply",
    steps: [
      a.sends(join("1", "room:1")),
      a.sees(reply("1", "1", "room:1", OK)),
      a.sends(hex('00 01 01 06 03 "1" "2" "room:1" "bin" 01 02')),
      a.sees(hex('00 01 06 05 "1" "room:1" "bpush" 00 01'), hex('01 01 01 06 02 "1" "2" "room:1" "ok" 01 02 ff')),
    ],
  },
  {
    id: "71",
    title: "an empty binary payload is a payload",
    steps: [a.joins(), a.sends(push("echo", "2", "")), a.sees(answer("2", ""))],
  },
  {
    id: "71",
    title: "an event that takes binary only has no handler for text",
    steps: [a.joins(), a.sends(["1", "2", T, "bin", {}]), a.sees(crashed("1"))],
  },
  {
    id: "72",
    title: "a binary payload is echoed with its status, any byte of it",
    steps: [
      a.joins(),
      a.sends(push("echo", "23", "00 ff 22 5c 0a")),
      a.sees(answer("23", "00 ff 22 5c 0a")),
      a.sends(push("err", "24", "65 66 67")),
      a.sees(answer("24", "65 66 67", "error")),
    ],
  },
  {
    id: "72",
    title: "a late binary reply is binary",
    steps: [a.joins(), a.sends(push("async", "3", "01")), a.sees(answer("3", "01"))],
  },
  {
    id: "72",
    title: "a last reply may be binary",
    steps: [a.joins(), a.sends(push("stop_reply", "3", "01")), a.sees(answer("3", "01"), closed("1"))],
  },
  {
    id: "72",
    title: "a binary payload that is broadcast is broadcast in binary",
    steps: [
      a.joins(),
      b.joins(),
      a.sends(push("shout", "2", "65 66 67")),
      a.sees(shout("shout", "65 66 67"), reply("1", "2", T, OK)),
      b.sees(shout("shout", "65 66 67")),
    ],
  },
  {
    id: "73",
    title: "a binary broadcast reaches everybody in binary",
    steps: [
      a.joins(),
      b.joins("5"),
      a.sends(["1", "2", T, "bshout", {}]),
      a.sees(shout("bshout", "09 08 07")),
      b.sees(shout("bshout", "09 08 07")),
    ],
  },
  {
    id: "74",
    title: "a binary reply to a ref of 255 bytes is sent",
    steps: [
      a.joins(),
      a.sends(push("echo", LONG, "01")),
      a.sees(hex(`01 01 ff |"${T}"| 02 "1" "${LONG}" "${T}" "ok" 01`)),
    ],
  },
  {
    id: "74",
    title: "a binary push on a topic of more than 255 bytes is never cut short: its channel crashes",
    steps: [
      a.joins("1", `${T}${LONG}`),
      a.sends(["1", "2", `${T}${LONG}`, "bshout", {}]),
      a.sees(crashed("1", `${T}${LONG}`)),
    ],
  },
  {
    id: "75",
    title: "a binary message to a topic that is not joined is unmatched, in text",
    steps: [a.sends(push("echo", "2", "01 02")), a.sees(reply(null, "2", T, UT))],
  },
  {
    id: "75",
    title: "a binary heartbeat is answered in text",
    steps: [a.sends(hex('00 00 01 07 09 "2" "phoenix" "heartbeat"')), a.sees(beat("2"))],
  },
  {
    id: "75",
    title: "a binary phx_join joins and a binary phx_leave leaves",
    steps: [
      a.sends(push("phx_join", "1", "")),
      a.sees(reply("1", "1", T, OK)),
      a.sends(["1", "2", T, "echo", 1]),
      a.sees(reply("1", "2", T, ok(1))),
      a.sends(push("phx_leave", "3", "")),
      a.sees(reply("1", "3", T, OK), closed("1")),
    ],
  },
  {
    id: "76",
    title: "a binary message without a join_ref is dropped or taken, never misunderstood",
    steps: [
      a.joins(),
      a.sends(push("echo", "2", "05", ""), push("echo", "3", "06")),
      a.seesOneOf([answer("2", "05"), answer("3", "06")], [answer("3", "06")]),
      a.isSilent(),
    ],
  },
  {
    id: "76",
    title: "sizes in a binary frame count bytes of UTF-8",
    steps: [
      a.sends(join("1", `${T}-ü`)),
      a.sees(reply("1", "1", `${T}-ü`, OK)),
      a.sends(hex(`00 01 01 |"${T}-ü"| 04 "1" "2" "${T}-ü" "echo" 01`)),
      a.sees(hex(`01 01 01 |"${T}-ü"| 02 "1" "2" "${T}-ü" "ok" 01`)),
    ],
  },
];
