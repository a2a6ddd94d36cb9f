// SPDX-License-Identifier: MIT
//
// A small chat server that makes one fault on purpose, for check.mjs. It runs in the process that starts it.
//
// drop, double, swap: every hundredth delivery is lost, sent twice, or sent after the next one of its client. misroute: all
// messages go to the first room. slow: 50 ms pass before a message is sent. dribble: every byte is a write of its own.
// fragment: a text comes as two frames with a ping between. long: lengths are written with 64 bits. garble: a reply has the
// status "error". refuse: no join is answered.

import { createHash } from "node:crypto";
import { createServer } from "node:http";

const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const EVERY = 100;
const LAST_MS = 200;

function frame(opcode, data, { last = true, long = false } = {}) {
  const first = (last ? 0x80 : 0) | opcode;
  if (long || data.length > 0xffff) {
    const head = Buffer.alloc(10);
    head.writeUInt16BE((first << 8) | 127);
    head.writeBigUInt64BE(BigInt(data.length), 2);
    return Buffer.concat([head, data]);
  }
  const head = data.length < 126 ? [first, data.length] : [first, 126, data.length >> 8, data.length & 0xff];
  return Buffer.concat([Buffer.from(head), data]);
}

/** Takes the whole frames of a client from the bytes: [opcode, data] each, and the rest. */
function frames(bytes) {
  const whole = [];
  for (;;) {
    if (bytes.length < 6) return [whole, bytes];
    if (!(bytes[1] & 0x80)) throw new Error("a frame of a client is not masked");
    let length = bytes[1] & 127;
    let at = 2;
    if (length === 126) [length, at] = [bytes.readUInt16BE(2), 4];
    else if (length === 127) {
      if (bytes.length < 10) return [whole, bytes];
      [length, at] = [Number(bytes.readBigUInt64BE(2)), 10];
    }
    if (bytes.length < at + 4 + length) return [whole, bytes];
    const mask = bytes.subarray(at, at + 4);
    const data = Buffer.from(bytes.subarray(at + 4, at + 4 + length));
    for (let i = 0; i < length; ++i) data[i] ^= mask[i & 3];
    whole.push([bytes[0] & 15, data]);
    bytes = bytes.subarray(at + 4 + length);
  }
}

/** Serves until close() on a free port of loopback. */
export async function serveWith(fault) {
  const rooms = new Map(); // topic → { clients, messages }
  const held = new Map(); // client → the delivery that its next one overtakes
  const open = new Set();
  let deliveries = 0;

  const send = (socket, array) => {
    const data = Buffer.from(JSON.stringify(array));
    if (fault === "dribble") for (const byte of frame(TEXT, data)) socket.write(Buffer.from([byte]));
    else if (fault === "fragment") {
      const half = data.length >> 1;
      socket.write(frame(TEXT, data.subarray(0, half), { last: false }));
      socket.write(frame(PING, Buffer.from("hi")));
      socket.write(frame(0, data.subarray(half)));
    } else socket.write(frame(TEXT, data, { long: fault === "long" }));
  };

  const release = (socket) => {
    if (held.has(socket)) send(socket, held.get(socket));
    held.delete(socket);
  };

  const deliver = (socket, array) => {
    const chosen = ++deliveries % EVERY === 0;
    if (fault === "drop" && chosen) return;
    if (fault === "double" && chosen) send(socket, array);
    if (fault === "swap" && chosen && !held.has(socket)) {
      held.set(socket, array);
      setTimeout(release, LAST_MS, socket).unref(); // there may be no next one
      return;
    }
    send(socket, array);
    release(socket);
  };

  const handle = (socket, joined, text) => {
    const [joinRef, ref, topic, event, payload] = JSON.parse(text);
    const status = fault === "garble" && event === "send_message" ? "error" : "ok";
    const reply = (response) => send(socket, [joinRef, ref, topic, "phx_reply", { status, response }]);
    if (event === "phx_join") {
      if (fault === "refuse") return;
      if (!rooms.has(topic)) rooms.set(topic, { clients: new Set(), messages: [] });
      const room = rooms.get(topic);
      room.clients.add(socket);
      joined.add(topic);
      reply({ messages: room.messages.slice(-100) });
    } else if (event === "send_message") {
      const message = { sender: payload.sender, text: payload.text, timestamp: Date.now() };
      rooms.get(topic).messages.push(message);
      const to = fault === "misroute" ? rooms.values().next().value : rooms.get(topic);
      const answer = () => {
        for (const client of to.clients) deliver(client, [null, null, topic, "new_message", message]);
        reply(message);
      };
      if (fault === "slow") setTimeout(answer, 50);
      else answer();
    } else {
      if (event === "phx_leave") rooms.get(topic).clients.delete(socket);
      reply({});
    }
  };

  const server = createServer((request, response) => response.writeHead(404).end());
  server.on("upgrade", (request, socket) => {
    const key = request.headers["sec-websocket-key"];
    const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
    const head = ["HTTP/1.1 101 Switching Protocols", "upgrade: websocket", "connection: upgrade"];
    socket.write([...head, `sec-websocket-accept: ${accept}`, "", ""].join("\r\n"));
    socket.setNoDelay(true);
    const joined = new Set();
    let rest = Buffer.alloc(0);
    open.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => {
      open.delete(socket);
      for (const topic of joined) rooms.get(topic).clients.delete(socket);
    });
    socket.on("data", (bytes) => {
      let whole;
      [whole, rest] = frames(Buffer.concat([rest, bytes]));
      for (const [opcode, data] of whole) {
        if (opcode === CLOSE) socket.end(frame(CLOSE, data.subarray(0, 2)));
        else if (opcode === TEXT) handle(socket, joined, data.toString());
      }
    });
  });
  await new Promise((listening) => server.listen({ host: "127.0.0.1", port: 0, backlog: 1024 }, listening));
  return {
    port: server.address().port,
    close: () => {
      for (const socket of open) socket.destroy();
      return new Promise((closed) => server.close(closed));
    },
  };
}
