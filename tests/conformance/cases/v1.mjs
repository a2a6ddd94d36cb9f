// SPDX-License-Identifier: MIT
//
// Version 1 of the format.

import { a, beat, CRASH, hex, OK, ok, T, text } from "../verbs.mjs";

const opened = a.opens("/socket/websocket?vsn=1.0.0");
const message = (event, ref, payload = {}) => ({ topic: T, event, payload, ref });
const reply = (ref, payload) => message("phx_reply", ref, payload);
const joined = [opened, a.sends(message("phx_join", "1")), a.sees(reply("1", OK))];
const fatal = (title, piece) => ({
  id: "79",
  title: `${title} ends the connection with 1011`,
  steps: [joined, a.sends(piece), a.isClosed(1011)],
});

export const v1 = [
  { id: "77", title: "a join is answered with exactly four keys", steps: [joined] },
  {
    id: "77",
    title: "a heartbeat is answered, one without a ref without one",
    steps: [
      opened,
      a.sends({ topic: "phoenix", event: "heartbeat", payload: {}, ref: null }),
      a.sees({ topic: "phoenix", event: "phx_reply", payload: OK, ref: null }),
    ],
  },
  {
    id: "78",
    title: "a push has no ref, and a reply has that of its message",
    steps: [joined, a.sends(message("pushreply", "2")), a.sees(message("pushed", null, { a: 1 }), reply("2", OK))],
  },
  {
    id: "78",
    title: "a leave is answered, then the channel is closed, without a ref",
    steps: [joined, a.sends(message("phx_leave", "2")), a.sees(reply("2", OK), message("phx_close", null))],
  },
  {
    id: "78",
    title: "a crash is a phx_error without a ref",
    steps: [joined, a.sends(message("crash", "2")), a.sees(message("phx_error", null, CRASH))],
  },
  {
    id: "78",
    title: "a join_ref is honoured, and sent back only where an end names it",
    steps: [
      opened,
      a.sends({ ...message("phx_join", "1"), join_ref: "7" }),
      a.sees(reply("1", OK)),
      a.sends({ ...message("ok", "2"), join_ref: "6" }),
      a.isSilent(),
      a.sends({ ...message("ok", "3"), join_ref: "7" }),
      a.sees(reply("3", OK)),
      a.sends({ ...message("stop", "4"), join_ref: "7" }),
      a.sees(message("phx_close", "7")),
    ],
  },
  {
    id: "78",
    title: "JSON in a binary frame is taken",
    steps: [
      joined,
      a.sends(
        hex(
          `"{" 22 "topic" 22 ":" 22 "${T}" 22 "," 22 "event" 22 ":" 22 "echo" 22 "," 22 "payload" 22 ":[1]," 22 "ref" 22 ":" 22 "2" 22 "}"`,
        ),
      ),
      a.sees(reply("2", ok([1]))),
    ],
  },
  {
    id: "78",
    title: "a binary broadcast has no form in version 1 and ends the channel",
    steps: [joined, a.sends(message("bshout", "2")), a.sees(message("phx_error", null, CRASH))],
  },
  ...["topic", "event", "payload", "ref"].map((key) => {
    const { [key]: _, ...rest } = message("ok", "2");
    return fatal(`an object without ${key}`, rest);
  }),
  fatal("an array", ["1", "2", T, "ok", {}]),
  fatal("malformed JSON", text("{")),
];
