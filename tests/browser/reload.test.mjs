// SPDX-License-Identifier: MIT
//
// Two people chat continuously while the room's code is edited and saved ten times, once with an error. Required: no channel
// ends, no message is lost or duplicated, the order is kept, both stay listed, and every version of the code handles
// messages.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { until } from "../clients/chat_client.mjs";
import { appCopy, ChatServer } from "../clients/chat_server.mjs";
import { launchChromium } from "./chromium.mjs";
import { Visitors } from "./visitors.mjs";

const pictures = fileURLToPath(new URL("../../build/screenshots/", import.meta.url));
const EDITS = 10;
const BROKEN_AFTER = 5; // edits

let folder;
let server;
let browser;
let visitors;
before(async () => {
  mkdirSync(pictures, { recursive: true });
  folder = appCopy();
  server = await ChatServer.start({ folder, args: ["--watch"] });
  browser = await launchChromium();
  visitors = new Visitors(browser);
});
afterEach(() => visitors.tidy());
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A person who sends messages until stop(): the next one when the previous one has been received. */
class Talker {
  said = 0;
  joins = 0;
  ends = []; // phx_close and phx_error of the room's channel
  sockets = 0;
  #talking = true;

  static async come(name, options = {}) {
    const talker = new Talker();
    talker.name = name;
    talker.page = await visitors.open(`${server.url}/?room=reload`, {
      ...options,
      async prepare(page) {
        page.on("websocket", (socket) => {
          ++talker.sockets;
          socket.on("framesent", ({ payload }) => talker.#saw(payload));
          socket.on("framereceived", ({ payload }) => talker.#saw(payload));
          socket.on("close", () => talker.ends.push("the socket"));
        });
        await page.addInitScript((own) => localStorage.setItem("entmoot:name", own), name);
      },
    });
    await talker.page.locator('#state[data-state="connected"]').waitFor();
    return talker;
  }

  #saw(frame) {
    const [, , topic, event] = JSON.parse(frame);
    if (topic !== "room:reload") return;
    if (event === "phx_join") ++this.joins;
    if (event === "phx_close" || event === "phx_error") this.ends.push(event);
  }

  /** Records every visible state of the page from now on. */
  async watch() {
    await this.page.evaluate(() => {
      window.seen = { here: new Set(), state: new Set() };
      const look = () => {
        seen.here.add(document.getElementById("here-line").textContent);
        seen.state.add(document.getElementById("state-text").textContent);
      };
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
      look();
    });
  }

  async talk() {
    const field = this.page.getByLabel("Your message");
    while (this.#talking) {
      const text = `${this.name} says ${++this.said}`;
      await field.fill(text);
      await field.press("Enter");
      await until(async () => (await this.texts()).some((heard) => heard.startsWith(`${text} `)), text);
    }
  }
  stop() {
    this.#talking = false;
  }

  texts() {
    return this.page.locator(".message .text").allTextContents();
  }

  /** The newest version of the code that a message came from. */
  async version() {
    return Number(/ v(\d+)$/.exec((await this.texts()).at(-1) ?? "")?.[1] ?? -1);
  }
}

test("a chat continues while its code is edited ten times", { timeout: 120000 }, async () => {
  const file = join(folder, "rooms/room.ts");
  const original = readFileSync(file, "utf8");
  const version = (n) => {
    const changed = original.replace("return { sender, text, timestamp", `return { sender, text: text + " v${n}", timestamp`);
    assert.notEqual(changed, original);
    return changed;
  };
  writeFileSync(file, version(0));
  await until(() => server.output.includes("reloaded"), "the first version");

  const ann = await Talker.come("Ann");
  const bob = await Talker.come("Bob", { viewport: { width: 360, height: 740 }, colorScheme: "dark" });
  const both = [ann, bob];
  for (const { page } of both) await until(async () => /Bob/.test(await page.locator("#here-line").textContent()), "Bob");
  await until(async () => /Ann/.test(await bob.page.locator("#here-line").textContent()), "Ann");
  for (const talker of both) await talker.watch();
  const problems = () => Promise.all(both.map(({ page }) => page.locator("#entmoot-problem").count()));

  const talks = both.map((talker) => talker.talk());
  const all = Promise.all(talks);
  all.catch(() => {}); // Handled where it is awaited.
  for (let edit = 1; edit <= EDITS; ++edit) {
    if (edit === BROKEN_AFTER) {
      writeFileSync(file, version(edit).replace("export function join", "export function join("));
      for (const { page } of both) await page.locator("#entmoot-problem").getByText("rooms/room.ts:").waitFor();
      const said = both.map((talker) => talker.said);
      await until(() => both.every((talker, i) => talker.said > said[i] + 2), "the chat to continue");
      await ann.page.screenshot({ path: `${pictures}reload-problem.png` });
      await bob.page.screenshot({ path: `${pictures}reload-problem-phone.png` });
      for (const talker of both) assert.equal(await talker.version(), edit - 1);
    }
    writeFileSync(file, version(edit));
    for (const talker of both) await until(async () => (await talker.version()) === edit, `version ${edit}`);
    assert.deepEqual(await problems(), [0, 0]);
  }
  for (const talker of both) talker.stop();
  await all;

  const [heard, heard_by_bob] = await Promise.all(both.map((talker) => talker.texts()));
  assert.deepEqual(heard_by_bob, heard);
  for (const { name, said } of both) {
    assert.deepEqual(
      heard.filter((text) => text.startsWith(name)).map((text) => text.replace(/ v\d+$/, "")),
      Array.from({ length: said }, (_, i) => `${name} says ${i + 1}`),
    );
  }
  const versions = heard.map((text) => Number(/ v(\d+)$/.exec(text)[1]));
  assert.deepEqual([...new Set(versions)], Array.from({ length: EDITS + 1 }, (_, n) => n));
  assert.deepEqual(versions, [...versions].sort((a, b) => a - b));

  assert.deepEqual([ann.joins, ann.ends, bob.joins, bob.ends], [1, [], 1, []]);
  assert.deepEqual([ann.sockets, bob.sockets], [2, 2], "one is the chat's, the other that of dev.js");
  const seen = ({ page }) => page.evaluate(() => [[...seen.here], [...seen.state]]);
  assert.deepEqual(await seen(ann), [["Here: Ann you and Bob"], ["Connected"]]);
  assert.deepEqual(await seen(bob), [["Here: Bob you and Ann"], ["Connected"]]);
  await ann.page.screenshot({ path: `${pictures}reload.png` });
});

test("a page that is opened after a failed reload shows the errors", { timeout: 30000 }, async () => {
  const config = join(folder, "entmoot.config.ts");
  const original = readFileSync(config, "utf8");
  writeFileSync(config, original.replace("port:", "prot:"));
  const page = await visitors.open(`${server.url}/?room=late`);
  await page.locator("#entmoot-problem").getByText("`prot`").waitFor();
  const late = await visitors.open(`${server.url}/?room=late`);
  await late.locator("#entmoot-problem").getByText("`prot`").waitFor();
  writeFileSync(config, original);
  for (const each of [page, late]) await until(async () => (await each.locator("#entmoot-problem").count()) === 0, "the error to disappear");
});

test("a page reloads when one of its files changes", { timeout: 30000 }, async () => {
  const page = await visitors.open(`${server.url}/?room=page`);
  const html = join(folder, "public/index.html");
  writeFileSync(html, readFileSync(html, "utf8").replace("No messages yet.", "No messages yet at all."));
  await page.getByText("No messages yet at all.").waitFor();
});
