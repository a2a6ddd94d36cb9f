// SPDX-License-Identifier: MIT
//
// The real phoenix.js in Node against the fixture: three versions, both transports, all scenarios.

import { after, afterEach, before, describe, test } from "node:test";
import { Backstage } from "./backstage.mjs";
import { SessionStorage, versions, WebSocket, XhrOverFetch } from "./phoenix_in_node.mjs";
import { scenarios } from "./phoenix_scenarios.mjs";
import { elsewhere, Server } from "./server.mjs";
import { World } from "./world.mjs";

const backstage = new Backstage();
let server;
before(async () => (server = await Server.shared()));
after(() => server?.stop());

for (const [version, phoenix] of Object.entries(versions)) {
  const knowsFetch = version !== "1.7.20";
  for (const transport of ["WebSocket", "LongPoll"]) {
    describe(`phoenix.js ${version} over ${transport}`, { timeout: 60000 }, () => {
      let world;
      before(() => {
        if (!knowsFetch) globalThis.XMLHttpRequest = XhrOverFetch;
      });
      after(() => {
        delete globalThis.XMLHttpRequest;
      });
      afterEach(async () => {
        world?.close();
        await backstage.end();
      });

      for (const { title, run, only, ownServer } of scenarios) {
        if (!only({ version, transport })) continue;
        test(title, { skip: ownServer && elsewhere && "ends its server" }, async () => {
          world = new World({
            phoenix,
            version,
            transports: { WebSocket, LongPoll: phoenix.LongPoll },
            transport,
            server: server.url.href,
            backstage,
            sessionStorage: new SessionStorage(),
          });
          await run(world);
        });
      }
    });
  }
}
