// SPDX-License-Identifier: MIT
//
// WebSocket framing (RFC 6455 §5): what ends a connection, and what must not.

import { a, beat, frame, heartbeat, hex, text } from "../verbs.mjs";

const LENIENT = "Bandit takes it";
const HEARTBEAT = '[null,"1","phoenix","heartbeat",{}]';
const fatal = (title, code, ...pieces) => ({
  id: "3",
  title: `${title} ends the connection with ${code}`,
  steps: [a.sends(...pieces), a.isClosed(code)],
});
const fine = (title, ...pieces) => ({ id: "3", title, steps: [a.sends(...pieces), a.sees(beat("1"))] });

export const framing = [
  fatal("a frame that is not masked", 1002, frame({ payload: HEARTBEAT, masked: false })),
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => fatal(`opcode ${opcode}`, 1002, frame({ opcode }))),
  ...[1, 2, 4].map((rsv) => fatal(`reserved bit ${rsv}`, 1002, frame({ payload: HEARTBEAT, rsv }))),
  fatal("a ping of 126 bytes", 1002, frame({ opcode: 9, payload: "x".repeat(126) })),
  fatal("a ping in fragments", 1002, frame({ opcode: 9, fin: false })),
  fatal("a close of one byte", 1002, frame({ opcode: 8, payload: "x" })),
  fatal("a close whose reason is not UTF-8", 1007, frame({ opcode: 8, payload: hex("03 e8 ff") })),
  fatal("a continuation of nothing", 1002, frame({ opcode: 0, payload: "x" })),
  fatal("a message within a message", 1002, frame({ payload: "[", fin: false }), text(HEARTBEAT)),
  { ...fatal("a length of 16 bits that needs 7", 1002, frame({ payload: HEARTBEAT, form: "16" })), deviation: LENIENT },
  { ...fatal("a length of 64 bits that needs 7", 1002, frame({ payload: HEARTBEAT, form: "64" })), deviation: LENIENT },
  fatal("a length beyond every limit", 1009, frame({ claims: 2 ** 40 })),
  {
    ...fatal("text that breaks UTF-8 in its first fragment", 1007, frame({ payload: hex('"[" c3 28'), fin: false })),
    deviation: "Bandit waits for the end of the message",
  },
  fine(
    "a message may come in fragments, with a ping between them",
    frame({ payload: '[null,"1","phoe', fin: false }),
    frame({ opcode: 10 }),
    frame({ opcode: 0, payload: 'nix","heartbeat",', fin: false }),
    frame({ opcode: 0, payload: "{}]" }),
  ),
  {
    id: "3",
    title: "a message may come byte by byte",
    steps: [a.dribbles(heartbeat("1"), heartbeat("2")), a.sees(beat("1"), beat("2"))],
  },
  {
    id: "3",
    title: "a character may be split between fragments",
    steps: [
      a.sends(
        frame({ payload: hex('"[null," 22 c3'), fin: false }),
        frame({ opcode: 0, payload: hex('bc 22 "," 22 "phoenix" 22 "," 22 "heartbeat" 22 ",{}]"') }),
      ),
      a.sees(beat("ü")),
    ],
  },
  {
    id: "3",
    title: "many messages in one segment are answered one by one",
    steps: [
      a.sends(...Array.from({ length: 50 }, (_, i) => heartbeat(i))),
      a.sees(...Array.from({ length: 50 }, (_, i) => beat(i))),
    ],
  },
];
