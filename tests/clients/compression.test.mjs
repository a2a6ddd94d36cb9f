// SPDX-License-Identifier: MIT
//
// permessage-deflate with another implementation: the `ws` package and its possible offers, used by phoenix.js.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { WebSocket } from "ws";
import { Client, closeClients, freshRoom } from "./chat_client.mjs";
import { ChatServer, isApp } from "./chat_server.mjs";

const options = { timeout: 30000 };
const LONG = "the road goes ever on and on ".repeat(130); // 3770 characters; 4000 are allowed.

let server;
before(async () => (server = await ChatServer.start({ compress: true })));
afterEach(closeClients);
after(() => server?.stop());

/** A WebSocket class for phoenix.js that makes `offer` and records its last instance. */
function offering(offer) {
  return class extends WebSocket {
    static last;
    constructor(url, protocols) {
      super(url, protocols, { perMessageDeflate: offer });
      this.constructor.last = this;
    }
  };
}

const offers = {
  "what it offers by itself": true,
  "no context takeover": { serverNoContextTakeover: true, clientNoContextTakeover: true },
  "a small window of the server": { serverMaxWindowBits: 9 },
  "a small window of the client": { clientMaxWindowBits: 9 },
  "compression of everything": { threshold: 0 },
  "all of it": {
    serverNoContextTakeover: true,
    clientNoContextTakeover: true,
    serverMaxWindowBits: 10,
    clientMaxWindowBits: 10,
    threshold: 0,
  },
};

for (const [name, offer] of Object.entries(offers)) {
  test(`a chat with ws: ${name}`, options, async () => {
    const transport = offering(offer);
    const id = freshRoom();
    const ann = await new Client(server, undefined, { transport }).join(id);
    const socket = transport.last;
    const bob = await new Client(server, undefined, { transport: offering(false) }).join(id);
    assert.match(socket.extensions, /^permessage-deflate/);

    const texts = [LONG, "short", "größer 🌲", LONG + "!", "again"];
    for (const text of texts) {
      assert.equal((await ann.say(text)).status, "ok");
      assert.equal((await bob.say(text, "bob")).status, "ok");
    }
    for (const room of [ann, bob]) {
      await room.heard(2 * texts.length);
      assert.deepEqual(
        room.texts(),
        texts.flatMap((text) => [text, text]),
      );
    }
    // Ann has received LONG in four broadcasts and two replies, compressed.
    assert.ok(socket._socket.bytesRead < 2 * LONG.length, `${socket._socket.bytesRead} bytes`);
    assert.deepEqual([ann.client.opened, bob.client.opened], [1, 1]);
  });
}

test("a client that offers nothing gets no compression", options, async () => {
  const transport = offering(false);
  const ann = await new Client(server, undefined, { transport }).join(freshRoom());
  assert.equal(transport.last.extensions, "");
  assert.equal((await ann.say(LONG)).response.text, LONG);
});

test("a decompression bomb is refused, and concerns only its own connection", options, async () => {
  const ann = await new Client(server).join(freshRoom());
  const bomber = new WebSocket(`${server.socketUrl}/websocket?vsn=2.0.0`, { perMessageDeflate: { threshold: 0 } });
  const end = new Promise((resolve) => {
    bomber.on("close", resolve);
    bomber.on("message", (frame) => resolve(JSON.parse(frame)[4].response.reason));
  });
  bomber.on("error", () => {});
  await new Promise((resolve) => bomber.on("open", resolve));
  bomber.send(Buffer.alloc(32 * 1024 * 1024)); // 32 KiB on the wire
  // An app answers a message over the limit, and the library closes the connection, as Phoenix does.
  assert.equal(await end, isApp ? "message too large: the limit is 65536 bytes" : 1009);
  bomber.terminate();
  assert.equal((await ann.say("still here")).status, "ok");
});
