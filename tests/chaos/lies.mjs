// SPDX-License-Identifier: MIT
//
// What lying clients send: WebSocket frames and channel messages that are wrong, and requests that are wrong or stop in the
// middle. The conformance suite knows the right answer to each; here the server has to survive them in numbers.

import { upgradeRequest, wsBinary, wsClose, wsFrame, wsText } from "../conformance/wire.mjs";

const topic = "hostile:calm-1";
const join = wsText(JSON.stringify(["1", "1", topic, "phx_join", {}]));

/** What to send on a WebSocket → bytes. The server closes it or answers. */
export const frames = {
  "unmasked frame": () => wsFrame({ payload: "[]", masked: false }),
  "reserved bits": () => wsFrame({ payload: "[]", rsv: 4 }),
  "reserved opcode": () => wsFrame({ opcode: 5, payload: "x" }),
  "control frame in fragments": () => wsFrame({ opcode: 9, payload: "x", fin: false }),
  "long control frame": () => wsFrame({ opcode: 9, payload: "x".repeat(126) }),
  "length longer than needed": () => wsFrame({ payload: "[]", form: "64" }),
  "continuation of nothing": () => wsFrame({ opcode: 0, payload: "x" }),
  "length of a terabyte": () => wsFrame({ payload: "x", claims: 2 ** 40 }),
  "half a frame": () => wsFrame({ payload: "x", claims: 100 }),
  "bad UTF-8": () => wsFrame({ payload: Buffer.from([0x22, 0xc3, 0x28, 0xff, 0x22]) }),
  "close with half a code": () => wsFrame({ opcode: 8, payload: "x" }),
  "close with a reserved code": () => wsClose(1005),
  "empty fragments": () => Buffer.concat([...Array(200).keys()].map((i) => wsFrame({ opcode: i === 0 ? 1 : 0, fin: false }))),
  "bad JSON": () => wsText('["1","1","hostile:calm-1",'),
  "JSON that is no message": () => wsText('{"topic":1}'),
  "deep JSON": () => wsText(`["1","2","${topic}","echo",${"[".repeat(20000)}${"]".repeat(20000)}]`),
  "refs of other types": () => wsText(JSON.stringify([{}, [], 5, null, "x"])),
  "wrong join ref": () => Buffer.concat([join, wsText(JSON.stringify(["777", "2", topic, "echo", {}]))]),
  "message before the join": () => wsText(JSON.stringify(["1", "1", topic, "echo", {}])),
  "topic that nobody serves": () => wsText(JSON.stringify(["1", "1", "nobody:1", "phx_join", {}])),
  "topic of a kilobyte": () => wsText(JSON.stringify(["1", "1", `hostile:${"x".repeat(1000)}`, "phx_join", {}])),
  "oversized message": () => wsText(JSON.stringify(["1", "1", topic, "echo", { text: "x".repeat(70000) }])),
  "bad binary message": () => wsBinary(Buffer.from([0, 255, 255, 255, 255, 1, 2, 3])),
  "random bytes": (random) => Buffer.from(Array.from({ length: 500 }, () => random.between(0, 255))),
};

const host = "Host: localhost\r\n";

/** What to send instead of a request → bytes, all that ever come. */
export const requests = {
  "nothing": () => "",
  "one letter": () => "G",
  "half a head": () => `GET / HTTP/1.1\r\n${host}`,
  "half a body": () => `POST /hostile/calm-2 HTTP/1.1\r\n${host}Content-Length: 100\r\n\r\nhalf`,
  "unknown method": () => `BREW / HTTP/1.1\r\n${host}\r\n`,
  "no version": () => "GET /\r\n\r\n",
  "no host": () => "GET / HTTP/1.1\r\n\r\n",
  "bare line feeds": () => "GET / HTTP/1.1\nHost: localhost\n\n",
  "two lengths": () => `POST / HTTP/1.1\r\n${host}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`,
  "chunked body": () => `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
  "body too large": () => `POST /hostile/calm-2 HTTP/1.1\r\n${host}Content-Length: 99999999\r\n\r\n`,
  "long line": () => `GET /${"x".repeat(20000)} HTTP/1.1\r\n${host}\r\n`,
  "long header": () => `GET / HTTP/1.1\r\n${host}X: ${"x".repeat(20000)}\r\n\r\n`,
  "many headers": () => `GET / HTTP/1.1\r\n${host}${"X: y\r\n".repeat(100)}\r\n`,
  "foreign origin": () => upgradeRequest().toString().replace("\r\n\r\n", "\r\nOrigin: http://elsewhere.example\r\n\r\n"),
  "upgrade without a key": () => upgradeRequest().toString().replace(/Sec-WebSocket-Key: .*\r\n/, ""),
  "forged poll token": () => `GET /socket/longpoll?vsn=2.0.0&token=forged HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
  "TLS": () => Buffer.from("16030100c8010000c40303", "hex"),
  "random bytes": (random) => Buffer.from(Array.from({ length: 500 }, () => random.between(0, 255))),
};
