// SPDX-License-Identifier: MIT
//
// Runs every case of cases/ against one server, many at a time: each case uses names of its own, so cases do not
// interact. A case that ends its server has one to itself.

import { after, before, describe, test } from "node:test";
import { World } from "./interpreter.mjs";
import { elsewhere, Server } from "./server.mjs";

import { additions } from "./cases/additions.mjs";
import { binary } from "./cases/binary.mjs";
import { broadcast } from "./cases/broadcast.mjs";
import { dispatch } from "./cases/dispatch.mjs";
import { fixture } from "./cases/fixture.mjs";
import { framing } from "./cases/framing.mjs";
import { handshake } from "./cases/handshake.mjs";
import { heartbeats } from "./cases/heartbeats.mjs";
import { joins } from "./cases/joins.mjs";
import { leaves } from "./cases/leaves.mjs";
import { longpoll } from "./cases/longpoll.mjs";
import { messages } from "./cases/messages.mjs";
import { presence } from "./cases/presence.mjs";
import { sockets } from "./cases/sockets.mjs";
import { v1 } from "./cases/v1.mjs";

const AT_ONCE = 16; // Cases; below the connections that a server lets in from one address.
const run = Math.random().toString(36).slice(2, 7); // The next run on the same server has other names.

const sections = {
  handshake,
  heartbeats,
  joins,
  messages,
  leaves,
  broadcast,
  binary,
  v1,
  sockets,
  longpoll,
  presence,
  framing,
  dispatch,
  additions,
  fixture,
};

let server;
before(async () => (server = await Server.shared()));
after(() => server?.stop());

let number = 0;
describe("conformance", { concurrency: true }, () => {
  const free = gate(AT_ONCE);
  for (const [section, cases] of Object.entries(sections))
    for (const { id, title, steps, deviation, alone = false } of cases) {
      const name = `${run}-${++number}`;
      const words = `${id} ${title}${deviation === undefined ? "" : ` (deviation: ${deviation})`}`;
      test(words, { skip: alone && elsewhere && "ends its server" }, () =>
        free(async () => {
          const own = alone ? await Server.start() : null;
          try {
            await new World(own ?? server, name).run(steps);
          } catch (error) {
            error.message = `${section}: ${error.message}`;
            throw error;
          } finally {
            await own?.stop();
          }
        }),
      );
    }
});

/** Lets so many in at a time. */
function gate(room) {
  const waiting = [];
  return async (action) => {
    if (room === 0) await new Promise((resolve) => waiting.push(resolve));
    else --room;
    try {
      return await action();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else ++room;
    }
  };
}
