// SPDX-License-Identifier: MIT
//
// The app that `entmoot new` creates, used by two people. Writes screenshots to build/screenshots/.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { until } from "../clients/chat_client.mjs";
import { ChatServer, command } from "../clients/chat_server.mjs";
import { launchChromium } from "./chromium.mjs";
import { Visitors } from "./visitors.mjs";

const pictures = fileURLToPath(new URL("../../build/screenshots/", import.meta.url));
const options = { timeout: 30000 };

let folder;
let server;
let browser;
let visitors;
before(async () => {
  mkdirSync(pictures, { recursive: true });
  folder = mkdtempSync(join(tmpdir(), "entmoot-app-"));
  execFileSync(command, ["new", join(folder, "my-app")]);
  server = await ChatServer.start({ folder: join(folder, "my-app") });
  browser = await launchChromium();
  visitors = new Visitors(browser);
});
afterEach(() => visitors.tidy());
after(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function enter(room, name, view = {}) {
  const page = await visitors.open(`${server.url}/?room=${room}`, { reducedMotion: "reduce", ...view });
  await page.getByLabel("Your name").fill(name);
  await page.getByRole("button", { name: "Join" }).click();
  await page.getByLabel("Your message").waitFor();
  return page;
}

async function say(page, text) {
  await page.getByLabel("Your message").fill(text);
  await page.getByLabel("Your message").press("Enter");
}

const texts = (page) => page.locator("#messages p").allTextContents();
const people = (page) => page.locator("#people li").allTextContents();
const comes = (read, page, wanted) =>
  until(
    async () => JSON.stringify(await read(page)) === JSON.stringify(wanted),
    () => JSON.stringify(wanted),
  );

test("two people chat, see each other join, type and leave, and the history after a reload", options, async () => {
  const ann = await enter("lobby", "Ann");
  await comes(people, ann, ["Ann"]);
  const bob = await enter("lobby", "Bob");
  for (const page of [ann, bob]) await comes(people, page, ["Ann", "Bob"]);

  await bob.getByLabel("Your message").pressSequentially("He");
  await ann.getByText("Bob is typing …").waitFor();
  await say(bob, "Hello <b>Ann</b>");
  await say(ann, "Hello Bob");
  for (const page of [ann, bob]) await comes(texts, page, ["Hello <b>Ann</b>", "Hello Bob"]);
  assert.deepEqual(await ann.locator("#messages .own p").allTextContents(), ["Hello Bob"]);

  await bob.reload();
  await comes(people, ann, ["Ann"]);
  await bob.getByRole("button", { name: "Join" }).click();
  await comes(texts, bob, ["Hello <b>Ann</b>", "Hello Bob"]);
  await comes(people, ann, ["Ann", "Bob"]);
});

test("the page reconnects to a restarted server and shows no message twice", options, async () => {
  const ann = await enter("restart", "Ann");
  await say(ann, "before");
  await comes(texts, ann, ["before"]);
  await server.stop();
  await ann.getByRole("status").getByText("connecting").waitFor();
  await server.startAgain();
  await ann.getByRole("status").getByText("live").waitFor();
  await comes(texts, ann, []); // The rooms have restarted with the process.
  await say(ann, "after");
  await comes(texts, ann, ["after"]);
});

const views = {
  "new-app": { viewport: { width: 1000, height: 700 } },
  "new-app-dark": { viewport: { width: 1000, height: 700 }, colorScheme: "dark" },
  "new-app-phone": { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
};
for (const [name, view] of Object.entries(views)) {
  test(`how it looks: ${name}`, options, async () => {
    const door = await visitors.open(`${server.url}/?room=${name}`, { reducedMotion: "reduce", ...view });
    await door.screenshot({ path: `${pictures}${name}-door.png` });
    const ann = await enter(name, "Ann", view);
    const bob = await enter(name, "Bob", view);
    await comes(people, ann, ["Ann", "Bob"]);
    await say(ann, "Good morning. Is anyone awake at this hour?");
    await comes(async (page) => (await texts(page)).length, bob, 1);
    await say(bob, "I am always awake. I am merely slow to say so.");
    await comes(async (page) => (await texts(page)).length, ann, 2);
    await say(ann, "a_very_long_word_that_does_not_break_anywhere_".repeat(4));
    await comes(async (page) => (await texts(page)).length, ann, 3);
    await bob.getByLabel("Your message").pressSequentially("Well");
    await ann.getByText("Bob is typing …").waitFor();
    await ann.screenshot({ path: `${pictures}${name}.png` });
    const [width, inner] = await ann.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    assert.ok(width <= inner, `${width} px of page in ${inner} px of window`);
    assert.equal(inner, view.viewport.width);
  });
}
