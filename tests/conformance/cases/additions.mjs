// SPDX-License-Identifier: MIT
//
// What only shows when a client is unusual: pipelining, odd JSON, odd handshakes, strictness of HTTP and WebSocket.

import {
  a,
  beat,
  close,
  closed,
  frame,
  heartbeat,
  hex,
  http,
  join,
  OK,
  ok,
  raw,
  refused,
  reply,
  T,
  text,
  UT,
} from "../verbs.mjs";

const V2 = "/socket/websocket?vsn=2.0.0";
/** The reference leaves open which. */
const any4xx = { $either: [400, 403] };
const closing = (code) => frame({ opcode: 8, payload: hex(code.toString(16).padStart(4, "0")) });
const fatal = (title, piece, ...codes) => ({
  id: "18.5",
  title: `${title} is malformed`,
  steps: [a.joins(), a.sends(piece), a.isClosed(...codes)],
});
const bad = (title, headers, deviation) => ({
  id: "18.15",
  title: `${title} is a bad request`,
  deviation,
  steps: [a.opens(V2, { headers, status: 400 })],
});
const echoed = (title, json, response = json) => ({
  id: "18.5",
  title: `${title} is echoed as it came`,
  steps: [
    a.joins(),
    a.sends(text(`["1","2","${T}","echo",${json}]`)),
    a.sees(text(`["1","2","${T}","phx_reply",{"status":"ok","response":${response}}]`)),
  ],
});

export const additions = [
  {
    id: "18.1",
    title: "three joins in one segment: three replies, each old channel closed after the reply that replaced it",
    steps: [
      a.sends(join("1"), join("2"), join("3")),
      a.seesOneOf(
        ...[
          ["1", "2", "c1", "3", "c2"],
          ["1", "2", "3", "c1", "c2"],
        ].map((order) => order.map((one) => (one[0] === "c" ? closed(one[1]) : reply(one, one, T, OK)))),
      ),
      a.isSilent(),
    ],
  },
  {
    id: "18.2",
    title: "a crash and a rejoin in one segment: the new channel lives, the old one has ended once",
    steps: [
      a.joins(),
      a.sends(["1", "2", T, "crash", {}], join("3")),
      a.seesOneOf(
        [reply("3", "3", T, OK), closed("1")],
        [["1", "1", T, "phx_error", { reason: "channel_crash" }], reply("3", "3", T, OK)],
      ),
      a.sends(["3", "4", T, "ok", {}]),
      a.sees(reply("3", "4", T, OK)),
      a.isSilent(),
    ],
  },
  {
    id: "18.4",
    title: "an empty fragment in the middle of a message is legal",
    steps: [
      a.sends(
        frame({ payload: "", fin: false }),
        frame({ opcode: 0, payload: '[null,"1","phoenix",', fin: false }),
        frame({ opcode: 0, payload: "", fin: false }),
        frame({ opcode: 0, payload: '"heartbeat",{}]', fin: false }),
        frame({ opcode: 0, payload: "" }),
      ),
      a.sees(beat("1")),
    ],
    deviation: "Bandit closes with 1008, RFC 6455 allows it",
  },
  ...[1000, 1001, 1011, 1012, 1013, 1014, 3000, 4999].map((code) => ({
    id: "18.4",
    title: `a client may close with ${code}`,
    deviation: code >= 1012 && code <= 1014 ? "Bandit answers 1002, the registry has the code" : undefined,
    steps: [a.sends(closing(code)), a.sees(close(1000, code))],
  })),
  ...[999, 1004, 1005, 1006, 1015, 1016, 2999, 5000].map((code) => ({
    id: "18.4",
    title: `${code} is no code to close with`,
    steps: [a.sends(closing(code)), a.sees(close(1002, 1000))],
  })),
  {
    id: "18.4",
    title: "a close without a code is answered",
    steps: [a.sends(frame({ opcode: 8 })), a.sees(close(1005, 1000))],
  },
  {
    id: "18.4",
    title: "a message in the handshake's own segment is not lost",
    deviation: "Bandit loses it",
    steps: [a.opens(V2, { early: [heartbeat("1")] }), a.sees(beat("1"))],
  },
  {
    id: "18.4",
    title: "a binary frame whose topic is not UTF-8 ends the connection",
    steps: [a.sends(hex('00 01 01 02 02 "1" "2" ff fe "ok"')), a.isClosed(1011, 1007)],
  },
  ...["03", "04", "ff"].map((kind) => ({
    id: "18.4",
    title: `a binary frame of kind ${kind} ends the connection`,
    steps: [a.sends(hex(`${kind} 01 01 01 02 "1" "2" "t" "ok"`)), a.isClosed(1011)],
  })),

  {
    id: "18.5",
    title: "of a key that stands twice one value counts",
    steps: [
      a.joins(),
      a.sends(text(`["1","2","${T}","echo",{"a":1,"a":2}]`)),
      a.sees(reply("1", "2", T, ok({ a: { $either: [1, 2] } }))),
    ],
  },
  echoed("a number of thirty digits", "123456789012345678901234567890"),
  echoed("text beyond ASCII", '"ü🌳/"'),
  {
    id: "18.5",
    title: "a lone surrogate, half an emoji, is echoed, or the end is clear",
    steps: [
      a.joins(),
      a.sends(text(`["1","2","${T}","echo","\\ud800"]`)),
      a.seesOneOf([text(`["1","2","${T}","phx_reply",{"status":"ok","response":"\\ud800"}]`)], [close(1011)]),
    ],
  },
  fatal("a number beyond every range", text(`["1","2","${T}","echo",1e999]`), 1011),
  fatal("a byte order mark", text(`\ufeff["1","2","${T}","echo",{}]`), 1011),
  fatal("a raw control character in a string", text(`["1","2","${T}","echo","a\u0001b"]`), 1011),
  fatal("a text after the message", text(`["1","2","${T}","echo",{}]x`), 1011),
  fatal("a trailing comma", text(`["1","2","${T}","echo",{},]`), 1011),
  fatal("a leading zero", text(`["1","2","${T}","echo",01]`), 1011),
  fatal("a string in single quotes", text(`["1","2","${T}","echo",'x']`), 1011),
  fatal("a payload that does not end", text(`["1","2","${T}","echo",{"a":[1,2}]`), 1011),
  {
    id: "18.5",
    title: "a hundred thousand nested arrays are echoed, or the end is clear",
    steps: [
      a.joins(),
      a.sends(text(`["1","2","${T}","echo",${"[".repeat(100000)}${"]".repeat(100000)}]`)),
      a.seesOneOf(
        [text(`["1","2","${T}","phx_reply",{"status":"ok","response":${"[".repeat(100000)}${"]".repeat(100000)}}]`)],
        [close(1011, 1009)],
      ),
    ],
  },
  {
    id: "18.6",
    title: 'a join_ref "" is sent back as "", and messages without a join_ref are taken',
    steps: [
      a.sends(["", "1", T, "phx_join", {}]),
      a.sees(reply("", "1", T, OK)),
      a.sends([null, "2", T, "ok", {}]),
      a.sees(reply("", "2", T, OK)),
      a.sends(["", "3", T, "ok", {}]),
      a.sees(reply("", "3", T, OK)),
    ],
  },
  {
    id: "18.6",
    title: "five zero bytes are a message to nobody",
    steps: [a.sends(hex("00 00 00 00 00")), a.sees(reply(null, "", "", UT))],
  },
  {
    id: "18.7",
    title: "a reply to a join that cannot be written down is never silence",
    steps: [
      a.sends(hex('00 01 01 0a 08 "1" "1" "room:reply" "phx_join" ff fe')),
      a.seesOneOf([close(1011)], [reply("1", "1", "room:reply", refused("join crashed"))]),
    ],
  },

  {
    id: "18.8",
    title: "of two vsn the last counts",
    steps: [a.opens("/socket/websocket?vsn=9.0.0&vsn=2.0.0"), a.sends(heartbeat("1")), a.sees(beat("1"))],
  },
  {
    id: "18.8",
    title: "of two vsn the last counts, also if it is wrong",
    steps: [a.opens("/socket/websocket?vsn=2.0.0&vsn=9.0.0", { status: 403 })],
  },
  {
    id: "18.8",
    title: "VSN is another parameter",
    steps: [
      a.opens("/socket/websocket?VSN=2.0.0"),
      a.sends({ topic: "phoenix", event: "heartbeat", payload: {}, ref: "1" }),
      a.sees({ topic: "phoenix", event: "phx_reply", payload: OK, ref: "1" }),
    ],
  },
  {
    id: "18.8",
    title: "a percent sign that escapes nothing stands for itself",
    steps: [
      a.opens(`${V2}&a=%zz`),
      a.sends(join("1"), ["1", "2", T, "params", {}]),
      a.sees(reply("1", "1", T, OK), reply("1", "2", T, ok({ params: { a: "%zz", vsn: "2.0.0" }, auth_token: null }))),
    ],
  },
  {
    id: "18.8",
    title: "a query that is not UTF-8 is the client's fault",
    steps: [a.opens(`${V2}&a=%ff`, { status: any4xx })],
  },
  bad(
    "a handshake with two keys",
    { "Sec-WebSocket-Key": ["AAAAAAAAAAAAAAAAAAAAAA==", "AAAAAAAAAAAAAAAAAAAAAQ=="] },
    "Phoenix answers 500",
  ),
  {
    id: "18.10",
    title: "an upgrade with a body is a bad request",
    steps: [a.opens(V2, { headers: { "Content-Length": "2" }, status: 400, early: [raw("hi")] })],
    deviation: "Phoenix answers 101",
  },
  bad("a key of another length than 16 bytes", { "Sec-WebSocket-Key": "c2hvcnQ=" }, "Bandit takes it"),
  bad("a key that is no base64", { "Sec-WebSocket-Key": "!!!!!!!!!!!!!!!!!!!!!!==" }),
  ...["HTTP/01.1", "HTTP/1.10", "HTTP/1.x", "http/1.1"].map((version) => ({
    id: "18.15",
    title: `${version} is no version of HTTP`,
    steps: [http("GET", V2, { version, status: 400 })],
  })),
  {
    id: "18.15",
    title: "a second value for Content-Length is a bad request",
    steps: [http("POST", V2, { headers: { "Content-Length": ["0", "1"] }, status: 400 })],
  },
  bad("no Host", { Host: null }),
  bad("a Host with a path", { Host: "example.com/x" }, "Bandit takes it"),
  bad("a Host with a user", { Host: "me@example.com" }, "Bandit takes it"),
  bad("a header without a name", { "": "x" }, "Bandit takes it"),
  bad("a header name with a space before the colon", { "X-A ": "x" }),
  bad("a Content-Length of 23 digits", { "Content-Length": "00000000000000000000001" }, "Bandit takes it"),
];
