// SPDX-License-Identifier: MIT
//
// Many clients of one topic in a process of their own, which runs at a lower priority: their work must not delay the
// bystander. Started with fork(): the arguments are the port, the number of clients, the topic, and what they do once they
// have joined: "read" whatever comes, or "stall", which stops reading. It sends "joined" over IPC, and then, after each
// message from the parent, the bytes received and the connections that have ended.

import { connect } from "node:net";
import { setPriority } from "node:os";
import { upgradeRequest, wsText } from "../conformance/wire.mjs";

const [port, count, topic, behaviour] = [Number(process.argv[2]), Number(process.argv[3]), process.argv[4], process.argv[5]];
setPriority(10);

let joined = 0;
let bytes = 0;
let ended = 0;

const enter = () =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let head = Buffer.alloc(0);
    let asked = false;
    const done = (chunk) => {
      bytes += chunk.length;
    };
    const handshake = (chunk) => {
      head = Buffer.concat([head, chunk]);
      if (!asked && head.includes("\r\n\r\n")) {
        asked = true;
        socket.write(wsText(JSON.stringify(["1", "1", topic, "phx_join", {}])));
      }
      if (!head.includes('"phx_reply"')) return;
      if (!head.includes('"status":"ok"')) return reject(new Error(`the join was refused: ${head}`));
      joined++;
      socket.off("data", handshake);
      if (behaviour === "stall") socket.pause();
      else socket.on("data", done);
      resolve();
    };
    socket.once("connect", () => socket.write(upgradeRequest()));
    socket.on("data", handshake);
    socket.on("error", () => {});
    socket.once("close", () => ended++);
    socket.once("close", () => reject(new Error("the connection ended before the join")));
  });

for (let left = count; left > 0; left -= 50) await Promise.all(Array.from({ length: Math.min(left, 50) }, enter));
process.send("joined");
process.on("message", () => process.send({ joined, bytes, ended }));
process.once("disconnect", () => process.exit());
