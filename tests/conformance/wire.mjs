// SPDX-License-Identifier: MIT
//
// Encodes and decodes HTTP/1.1 and WebSocket (RFC 6455) without a library, because half of what the suite sends is
// what a library refuses to send.

import { createHash, randomBytes } from "node:crypto";

export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;
export const TEXT = 1;
const BINARY = 2;

/**
 * One frame as a client sends it. `form` "16" or "64" forces a longer length than needed; `claims` states another
 * length than the payload has.
 */
export function wsFrame({ opcode = TEXT, payload = "", fin = true, rsv = 0, masked = true, form, claims } = {}) {
  const body = Buffer.from(payload);
  const length = claims ?? body.length;
  const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode];
  const mask = masked ? 0x80 : 0;
  if (form === "64" || length > 0xffff) {
    const wide = Buffer.alloc(8);
    wide.writeBigUInt64BE(BigInt(length));
    head.push(mask | 127, ...wide);
  } else if (form === "16" || length > 125) {
    head.push(mask | 126, length >> 8, length & 0xff);
  } else {
    head.push(mask | length);
  }
  if (!masked) return Buffer.concat([Buffer.from(head), body]);
  const key = randomBytes(4);
  return Buffer.concat([Buffer.from(head), key, body.map((byte, i) => byte ^ key[i % 4])]);
}

export const wsText = (payload) => wsFrame({ opcode: TEXT, payload });
export const wsBinary = (payload) => wsFrame({ opcode: BINARY, payload });
export function wsClose(code, reason = "") {
  const payload = Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]);
  return wsFrame({ opcode: CLOSE, payload });
}

/** Takes a server's frames off the front of `bytes`; gives those and what is left. Throws on what no server may send. */
export function wsParse(bytes) {
  const frames = [];
  for (;;) {
    if (bytes.length < 2) return [frames, bytes];
    const [first, second] = bytes;
    if (second & 0x80) throw new Error("the server masked a frame");
    let length = second & 0x7f;
    let at = 2;
    if (length === 126) {
      if (bytes.length < 4) return [frames, bytes];
      length = bytes.readUInt16BE(2);
      at = 4;
      if (length < 126) throw new Error("the server wrote a length longer than needed");
    } else if (length === 127) {
      if (bytes.length < 10) return [frames, bytes];
      length = Number(bytes.readBigUInt64BE(2));
      at = 10;
      if (length < 65536) throw new Error("the server wrote a length longer than needed");
    }
    if (bytes.length < at + length) return [frames, bytes];
    frames.push({
      fin: (first & 0x80) !== 0,
      rsv: (first >> 4) & 7,
      opcode: first & 15,
      payload: bytes.subarray(at, at + length),
    });
    bytes = bytes.subarray(at + length);
  }
}

/** What the case sees of a data or control frame: `{text}`, `{hex}`, `{pong}` or `{close, reason}`. */
export function wsMeaning({ fin, rsv, opcode, payload }) {
  if (rsv !== 0) throw new Error("the server set a reserved bit");
  if (!fin) throw new Error("the server sent a message in fragments");
  if (opcode === TEXT) return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(payload) };
  if (opcode === BINARY) return { hex: payload.toString("hex") };
  if (opcode === PONG) return { pong: payload.toString() };
  if (opcode === CLOSE)
    return payload.length === 0
      ? { close: 1005, reason: "" }
      : { close: payload.readUInt16BE(0), reason: payload.subarray(2).toString() };
  throw new Error(`the server sent opcode ${opcode}`);
}

export function acceptOf(key) {
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

export const freshKey = () => randomBytes(16).toString("base64");

/** A request as text. A header whose value is null is left out, an array is several lines. */
export function httpRequest(method, path, headers, body, version = "HTTP/1.1") {
  const lines = [`${method} ${path} ${version}`];
  for (const [name, value] of Object.entries(headers)) {
    if (value === null) continue;
    for (const one of [value].flat()) lines.push(`${name}: ${one}`);
  }
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), Buffer.from(body ?? "")]);
}

/** The request that makes a connection a WebSocket of Phoenix. */
export const upgradeRequest = () =>
  httpRequest("GET", "/socket/websocket?vsn=2.0.0", {
    "Host": "localhost",
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": freshKey(),
  });

/** The head of a response and what stands behind it, or null while it is not complete. Header names in lower case. */
export function httpHead(bytes) {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const [first, ...lines] = bytes.subarray(0, end).toString("latin1").split("\r\n");
  const found = /^HTTP\/1\.1 (\d{3}) ?/.exec(first);
  if (found === null) throw new Error(`no status line: ${first}`);
  const headers = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  return { status: Number(found[1]), headers, rest: bytes.subarray(end + 4) };
}
