// SPDX-License-Identifier: MIT
//
// Rows of the fixture that no numbered case needs: another suite may.

import assert from "node:assert/strict";
import { WebSocket } from "ws";
import { a, b, crashed, does, OK, ok, reply, T } from "../verbs.mjs";

/** A client with permessage-deflate that echoes `payload` and says what was negotiated and whether it came back. */
const deflated = (path, expected) =>
  does(async (world) => {
    const url = new URL(path, world.server.url);
    url.protocol = "ws:";
    const socket = new WebSocket(url, { perMessageDeflate: { threshold: 0 } });
    const heard = [];
    socket.on("message", (data) => heard.push(JSON.parse(data)));
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    try {
      assert.equal(socket.extensions.includes("permessage-deflate"), expected);
      const topic = world.name(T);
      const payload = { text: "again and again ".repeat(500) };
      for (const message of [
        ["1", "1", topic, "phx_join", {}],
        ["1", "2", topic, "echo", payload],
        ["1", "3", topic, "shout", payload],
      ])
        socket.send(JSON.stringify(message));
      const end = performance.now() + 5000;
      while (heard.length < 4 && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
      assert.deepEqual(heard, [
        reply("1", "1", topic, OK),
        reply("1", "2", topic, ok(payload)),
        [null, null, topic, "shout", payload],
        reply("1", "3", topic, OK),
      ]);
    } finally {
      socket.terminate();
    }
  });

export const fixture = [
  {
    id: "fixture",
    title: "/deflate compresses",
    steps: [deflated("/deflate/websocket?vsn=2.0.0", true)],
  },
  {
    id: "fixture",
    title: "/socket does not compress",
    steps: [
      a.opens("/socket/websocket?vsn=2.0.0", {
        headers: { "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits" },
        answer: { "sec-websocket-extensions": null },
      }),
    ],
  },
  {
    id: "fixture",
    title: "params gives the connect parameters, without a token null",
    steps: [
      a.opens("/socket/websocket?vsn=2.0.0&x=y"),
      a.joins(),
      a.sends(["1", "2", T, "params", {}]),
      a.sees(reply("1", "2", T, ok({ params: { x: "y", vsn: "2.0.0" }, auth_token: null }))),
    ],
  },
  ...["/small", "/sip", "/origins", "/vars/x", "/deflate"].map((mount) => ({
    id: "fixture",
    title: `the same application runs behind ${mount}`,
    steps: [
      a.joins(),
      b.opens(`${mount}/websocket${mount === "/vars/x" ? "/y" : ""}?vsn=2.0.0`),
      b.joins("7"),
      a.sends(["1", "2", T, "shout_from", { a: 1 }]),
      a.sees(reply("1", "2", T, OK)),
      b.sees([null, null, T, "shout", { a: 1 }]),
    ],
  })),
  {
    id: "fixture",
    title: "kick without an id has no handler",
    steps: [a.joins(), a.sends(["1", "2", T, "kick", {}]), a.sees(crashed("1"))],
  },
  {
    id: "fixture",
    title: "icpt, bshout and kick reply nothing",
    steps: [
      a.joins(),
      a.sends(["1", "2", T, "icpt", { a: 1 }]),
      a.sees(["1", null, T, "icpt", { a: 1, tag: "mine" }]),
      a.sends(["1", "3", T, "kick", { id: "nobody-@case" }]),
      a.isSilent(),
    ],
  },
];
