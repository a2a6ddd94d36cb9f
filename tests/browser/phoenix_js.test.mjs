// SPDX-License-Identifier: MIT
//
// The original phoenix.js in Chromium against the fixture of tests/conformance: the scenarios that also run in Node, and
// those that need a browser. Unless stated otherwise, pages have the origin that the fixture's /socket allows.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Backstage } from "../conformance/backstage.mjs";
import { fresh } from "../conformance/phoenix_client.mjs";
import { scenarios } from "../conformance/phoenix_scenarios.mjs";
import { elsewhere, Server } from "../conformance/server.mjs";
import { launchChromium } from "./chromium.mjs";
import { PageServer } from "./page_server.mjs";

const VERSIONS = ["1.7.20", "1.8.5", "1.8.16"];
const ALLOWED = "example.com";
const FOREIGN = "127.0.0.1";
const AT_ONCE = 3; // Groups of tests, which spend most of their time waiting.

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

/** A tab with its own profile, in which the tests load their pages one after the other. */
class Tab {
  #backstage = new Backstage();
  #faults = [];

  static async open(version) {
    const tab = new Tab();
    tab.version = version;
    tab.context = await browser.newContext();
    tab.page = await tab.#newPage();
    await tab.page.exposeFunction("callBackstage", (verb, args) => tab.#backstage[verb](...args));
    return tab;
  }

  async load(host = ALLOWED) {
    await this.page.goto(pages.url(this.version, host));
  }

  /** The same page in a second tab. */
  async beside() {
    const page = await this.#newPage();
    await page.goto(pages.url(this.version, ALLOWED));
    return page;
  }

  /** Called at the end of a test: stops its servers and checks that nothing was thrown. */
  async tidy() {
    await this.#backstage.end();
    assert.deepEqual(this.#faults.splice(0), []);
  }

  close() {
    return this.context.close();
  }

  async #newPage() {
    const page = await this.context.newPage();
    page.on("pageerror", (error) => this.#faults.push(`thrown: ${error.message}`));
    return page;
  }
}

/** Makes a page follow the presence list of a room. */
const watch = (page, where, name) =>
  page.evaluate(
    async ([where, name]) => {
      const world = conformance.open(where);
      const room = world.open().channel(name);
      const presence = new world.phoenix.Presence(room.channel);
      window.present = () => presence.list((key) => key).join();
      await conformance.until(() => room.joins.length > 0, "the watcher's join");
    },
    [where, name],
  );

/** Waits until the watching page sees these people. */
const sees = (page, ...keys) =>
  page.evaluate(
    (keys) =>
      conformance.until(
        () => present() === keys,
        () => `"${keys}" to be present; seen "${present()}"`,
      ),
    keys.join(),
  );

/** Joins as ann, over a mount with a short idle timeout, so her client sends frequent heartbeats. */
const letAnnIn = (page, where, name) =>
  page.evaluate(
    async ([where, name]) => {
      const client = conformance.open(where).open({ mount: "/small", heartbeatIntervalMs: 400 });
      await client.join(name, { key: "ann" });
    },
    [where, name],
  );

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

        inTab("a page of an origin that is not allowed is rejected and retries", async () => {
          await tab.load(FOREIGN);
          await tab.page.evaluate(async (where) => {
            const { fresh, open, same, until } = conformance;
            const world = open(where);
            const client = world.open();
            const room = client.channel(fresh("room:foreign"));
            await until(() => client.closes.length >= 2, "two refusals");
            same([client.opened, room.joins.length], [0, 0]);
            // 1.7 sends a request that needs a CORS preflight, so it sees a failed request.
            const code = world.polls ? (world.version === "1.7.20" ? 1011 : 1008) : 1006;
            same(client.closes.slice(0, 2), [code, code]);
            // The same page on a mount that allows every origin.
            await world.open({ mount: "/small" }).join(fresh("room:foreign"));
            world.close();
          }, where());
        });

        inTab("leaving the page leaves the room", async () => {
          await tab.load();
          const other = await tab.beside();
          const name = fresh("room:presence");
          await watch(tab.page, where(), name);
          await letAnnIn(other, where(), name);
          await sees(tab.page, "ann");
          await other.goto("about:blank");
          await sees(tab.page);
          await other.close();
        });

        inTab("a page that was suspended until the server dropped it rejoins", async () => {
          await tab.load();
          const other = await tab.beside();
          const name = fresh("room:presence");
          await watch(tab.page, where(), name);
          await letAnnIn(other, where(), name);
          await sees(tab.page, "ann");
          // As when a laptop is closed: no script runs, and the server is not notified.
          const debug = await tab.context.newCDPSession(other);
          await debug.send("Debugger.enable");
          await debug.send("Debugger.pause");
          await sees(tab.page);
          await debug.send("Debugger.resume");
          // After a lost long-polling session, 1.7 opens a new one but does not rejoin.
          if (transport === "WebSocket" || version !== "1.7.20") await sees(tab.page, "ann");
          await other.close();
        });
      });
    }
  }
});
