// SPDX-License-Identifier: MIT
//
// The real phoenix.js in Chromium against the fixture of tests/conformance: the scenarios that also run in Node, and
// what only a browser does. The pages are of the origin that the fixture's /socket allows, where nothing else is said.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Backstage } from "../conformance/backstage.mjs";
import { scenarios } from "../conformance/phoenix_scenarios.mjs";
import { elsewhere, Server } from "../conformance/server.mjs";
import { launchChromium } from "./chromium.mjs";
import { PageServer } from "./page_server.mjs";

const VERSIONS = ["1.7.20", "1.8.5", "1.8.16"];
const ALLOWED = "example.com";
const AT_ONCE = 3; // Groups of tests: they mostly wait.

let server;
let pages;
let browser;
before(async () => {
  server = await Server.shared();
  pages = await PageServer.start(VERSIONS);
  browser = await launchChromium(`--host-resolver-rules=MAP ${ALLOWED} 127.0.0.1`);
});
after(async () => {
  await browser?.close();
  await pages?.stop();
  await server?.stop();
});

/** A tab of a profile of its own, in which one test after the other loads its page. */
class Tab {
  #backstage = new Backstage();
  #faults = [];

  static async open(version) {
    const tab = new Tab();
    tab.version = version;
    tab.context = await browser.newContext();
    tab.page = await tab.context.newPage();
    tab.page.on("pageerror", (error) => tab.#faults.push(`thrown: ${error.message}`));
    await tab.page.exposeFunction("callBackstage", (verb, args) => tab.#backstage[verb](...args));
    return tab;
  }

  load(host = ALLOWED) {
    return this.page.goto(pages.url(this.version, host));
  }

  /** What a test has left behind: the end of its servers, and nothing may have been thrown. */
  async tidy() {
    await this.#backstage.end();
    assert.deepEqual(this.#faults.splice(0), []);
  }

  close() {
    return this.context.close();
  }
}

describe("phoenix.js in Chromium", { concurrency: AT_ONCE, timeout: 300000 }, () => {
  for (const version of VERSIONS) {
    for (const transport of ["WebSocket", "LongPoll"]) {
      describe(`${version} over ${transport}`, { concurrency: 1 }, () => {
        const where = () => ({ version, transport, server: server.url.href });
        let tab;
        before(async () => (tab = await Tab.open(version)));
        after(() => tab?.close());

        const inTab = (title, run, options = {}) =>
          test(title, { timeout: 30000, ...options }, async () => {
            try {
              await run();
            } finally {
              await tab.tidy();
            }
          });

        for (const { title, only, ownServer } of scenarios) {
          if (!only({ version, transport })) continue;
          inTab(
            title,
            async () => {
              await tab.load();
              await tab.page.evaluate(([title, where]) => conformance.run(title, where), [title, where()]);
            },
            { skip: ownServer && elsewhere && "ends its server" },
          );
        }
      });
    }
  }
});
