// SPDX-License-Identifier: MIT
//
// The dashboard in Chromium, beside 1,000 rooms under load. SCREENSHOTS names a folder for pictures of its views.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Socket } from "phoenix-1.8.16";
import { WebSocket } from "ws";
import { ChatServer } from "../clients/chat_server.mjs";
import { until } from "../clients/chat_client.mjs";
import { launchChromium } from "./chromium.mjs";

const rooms = 1000;
const sockets = 20;
const token = "a token for the operators of this test";

const game = `
let moves = 0;
export function join(params: unknown, client: Client) {
  room.presence.track(client, "player", {});
  return {};
}
export function handleIn(event: string, payload: { x?: number }) {
  if (event === "bad") throw new Error("a move that is not allowed");
  if (event === "say") console.warn("moved to", payload.x);
  moves++;
  room.broadcast("moved", { moves });
  return { moves };
}
export function handleInfo(message: { add: number }) { moves += message.add; }
export const serialize = () => moves;
export const restore = (state: number) => (moves = state);
`;

/** An app's folder with the game and these settings. */
function appWith(settings) {
  const folder = mkdtempSync(join(tmpdir(), "dashboard-"));
  mkdirSync(join(folder, "rooms"));
  writeFileSync(join(folder, "rooms/game.ts"), game);
  writeFileSync(join(folder, "entmoot.config.ts"), `export default ${JSON.stringify(settings)};\n`);
  return folder;
}

/** Clients that are in all rooms and keep sending moves. */
class Players {
  #sockets = [];
  channels = [];
  #timer;

  async join(server) {
    for (let s = 0; s < sockets; s++) {
      const socket = new Socket(server.socketUrl, { transport: WebSocket });
      socket.connect();
      this.#sockets.push(socket);
      const joins = [];
      for (let r = s; r < rooms; r += sockets) {
        const channel = socket.channel(`game:${String(r).padStart(4, "0")}`, {});
        this.channels[r] = channel;
        joins.push(new Promise((ok, no) => channel.join(30_000).receive("ok", ok).receive("error", no)));
      }
      await Promise.all(joins);
    }
  }
  play() {
    let n = 0;
    this.#timer = setInterval(() => {
      for (let i = 0; i < 20; i++) this.channels[(n = (n + 7) % rooms)].push("move", {});
    }, 20);
  }
  push(room, event, payload = {}) {
    return new Promise((done) =>
      this.channels[room].push(event, payload).receive("ok", done).receive("error", done),
    );
  }
  leave() {
    clearInterval(this.#timer);
    for (const socket of this.#sockets) socket.disconnect();
  }
}

const folders = [];
const players = new Players();
let server;
let browser;

before(
  async () => {
    const limits = { rooms: 2000, roomsPerIp: 2000 };
    folders.push(appWith({ node: limits, socket: { channels: 100, joinsPerSecond: 1000 } }));
    server = await ChatServer.start({ folder: folders[0] });
    browser = await launchChromium();
    await players.join(server);
    for (let i = 0; i < 5; i++) await players.push(7, "bad");
    await players.push(7, "say", { x: 3 });
    players.play();
  },
  { timeout: 60_000 },
);
after(async () => {
  players.leave();
  await browser?.close();
  await server?.stop();
  for (const folder of folders) rmSync(folder, { recursive: true });
});

async function open(view = "", { at = server, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(`${at.url}/entmoot${view}`);
  return { page, errors, context };
}

const shoot = async (page, name) =>
  process.env.SCREENSHOTS && page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}.png`), fullPage: true });

/** No text or control is cut off at the sides. */
async function fits(page) {
  const [content, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content <= width, `the page is ${content} wide, the window ${width}`);
}

test("the overview shows what the server has counted before the page was opened", { timeout: 60_000 }, async () => {
  // Two samples, before there is any page.
  await new Promise((passed) => setTimeout(passed, 11_000));
  const { page, errors, context } = await open("");
  const figure = page.locator('section[aria-label="Connections"] .figure');
  await figure.filter({ hasText: `connections ${sockets + 1}` }).or(figure.filter({ hasText: `connections ${sockets}` })).waitFor();
  assert.match(await page.locator('section[aria-label="Rooms"] .figure').innerText(), /running 1,000/);
  const label = await page.locator('section[aria-label="Messages"] .canvas').getAttribute("aria-label");
  assert.match(label, /Now in \d.*\/s, out \d/);
  assert.ok((await page.locator("canvas").count()) >= 8);
  await fits(page);
  await shoot(page, "overview");
  assert.deepEqual(errors, []);
  await context.close();
});

test("the list is searched and sorted by the server, and used with the keyboard", { timeout: 60_000 }, async () => {
  const { page, errors, context } = await open("#/rooms");
  const summary = page.locator("main [role=status]");
  const topics = page.locator("tbody a");
  await summary.filter({ hasText: "1 to 50 of 1,000" }).waitFor();
  assert.equal(await topics.first().innerText(), "game:0000");
  await shoot(page, "rooms");

  await page.getByRole("button", { name: "Next" }).click();
  await summary.filter({ hasText: "51 to 100 of 1,000" }).waitFor();

  await page.getByRole("button", { name: /^Errors/ }).focus();
  await page.keyboard.press("Enter");
  await page.locator('th[aria-sort="descending"]').filter({ hasText: "Errors" }).waitFor();
  await topics.first().filter({ hasText: "game:0007" }).waitFor();

  await page.getByLabel("Search").fill("099");
  await summary.filter({ hasText: "1 to 11 of 11 found among 1,000" }).waitFor();
  await fits(page);
  await topics.filter({ hasText: "game:0990" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: /game:0990/ }).waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

test("a room shows its clients, limits, inputs and log, and obeys its operator", { timeout: 60_000 }, async () => {
  const { page, errors, context } = await open(`#/room/${encodeURIComponent("game:0007")}`);
  await page.getByRole("heading", { name: /game:0007 running/ }).waitFor();
  const part = (name) => page.locator(`section[aria-label^="${name}"]`);
  assert.match(await part("Usage and limits").innerText(), /Heap\s+[\d.]+ [KM]B of 16 MB/);
  assert.match(await part("Clients and presence").innerText(), /127\.0\.0\.1\s+player/);
  assert.match(await part("Recent inputs").innerText(), /move\s/);
  assert.match(await part("Log").innerText(), /a move that is not allowed[\s\S]*rooms\/game\.ts:8:/);
  assert.match(await part("Log").innerText(), /moved to/);
  assert.match(await part("Facts").innerText(), /5 turns failed/);
  await shoot(page, "room");

  const result = page.getByLabel("Result");
  await page.getByLabel("Evaluate").fill("6 * 7");
  await page.keyboard.press("Enter");
  await result.filter({ hasText: "42" }).waitFor();
  await page.getByLabel("Evaluate").fill("`moved ${moves}`");
  await page.keyboard.press("Enter");
  await result.filter({ hasText: /moved \d+/ }).waitFor();
  const moves = Number(/\d+/.exec(await result.innerText())[0]);
  await page.getByLabel("handleInfo").fill('{"add": 1000000}');
  await page.keyboard.press("Enter");
  await result.filter({ hasText: "done" }).waitFor();
  await page.getByLabel("Evaluate").fill(`moves >= ${moves} + 1000000`);
  await page.keyboard.press("Enter");
  await result.filter({ hasText: "true" }).waitFor();
  await page.getByLabel("handleInfo").fill("{add");
  await page.keyboard.press("Enter");
  await result.filter({ hasText: "not JSON" }).waitFor();
  await page.getByRole("button", { name: "Put to sleep" }).click();
  await result.filter({ hasText: "the room is in use" }).waitFor();

  // The first answer to the question changes nothing.
  for (const [answer, crashed] of [["Cancel", false], ["Kill", true]]) {
    await page.getByRole("button", { name: "Kill", exact: true }).click();
    await page.locator("dialog").getByRole("button", { name: answer }).click();
    if (crashed) await result.filter({ hasText: "done" }).waitFor();
  }
  await until(() => server.output.includes('kills room "game:0007"'), "the line in the log");
  assert.match(server.output, /operator of this machine, user \d+: evaluates "6 \* 7" in room "game:0007"/);
  assert.deepEqual(errors, []);
  await context.close();
});

test("list and details show the same figures", { timeout: 60_000 }, async () => {
  const { page, context } = await open("#/rooms");
  await page.locator("tbody a").first().waitFor();
  const row = page.locator("tr", { hasText: "game:0003" });
  const clients = await row.locator("td.number").first().innerText();
  const errors = await row.locator("td.number").nth(5).innerText();
  await row.getByRole("link").click();
  await page.getByRole("heading", { name: /game:0003/ }).waitFor();
  const usage = await page.locator('section[aria-label="Usage and limits"]').innerText();
  assert.match(usage, new RegExp(`Clients\\s+${clients} of`));
  assert.match(await page.locator('section[aria-label="Facts"]').innerText(), new RegExp(`${errors} turns failed`));
  await context.close();
});

test("it fits a phone, and is dark for those who want it", { timeout: 60_000 }, async () => {
  const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true };
  for (const [view, name] of [["", "overview"], ["#/rooms", "rooms"], [`#/room/game%3A0009`, "room"]]) {
    for (const colorScheme of ["light", "dark"]) {
      const { page, errors, context } = await open(view, { ...phone, colorScheme });
      await page.locator("main section, main .panel").first().waitFor();
      await page.locator(name === "overview" ? "canvas" : name === "rooms" ? "tbody a" : ".grid").first().waitFor();
      await fits(page);
      const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const lightness = ground.match(/\d+/g).map(Number).reduce((sum, part) => sum + part) / 3;
      assert.equal(lightness < 128, colorScheme === "dark", ground);
      await shoot(page, `phone-${name}-${colorScheme}`);
      assert.deepEqual(errors, []);
      await context.close();
    }
  }
  const { page, context } = await open("", { colorScheme: "dark" });
  await page.locator("canvas").first().waitFor();
  await shoot(page, "dark-overview");
  await page.goto(`${server.url}/entmoot#/room/game%3A0009`);
  await page.locator(".grid .panel").first().waitFor();
  await shoot(page, "dark-room");
  await context.close();
});

test("without the token nobody is let in, with it everybody", { timeout: 60_000 }, async () => {
  folders.push(appWith({ dashboard: { token } }));
  const guarded = await ChatServer.start({ folder: folders.at(-1) });
  try {
    const { page, context } = await open("", { at: guarded });
    await page.getByLabel("Token").waitFor();
    await page.getByLabel("Token").fill("a wrong token of some length");
    await page.getByRole("button", { name: "Connect" }).click();
    await new Promise((passed) => setTimeout(passed, 500));
    assert.equal(await page.locator("canvas").count(), 0);
    await page.getByLabel("Token").fill(token);
    await page.getByRole("button", { name: "Connect" }).click();
    await page.getByText("operator with the token").waitFor();
    assert.ok(!guarded.output.includes(token), "the log does not show it");
    await context.close();
  } finally {
    await guarded.stop();
  }
});

test("a server without a dashboard has none", { timeout: 60_000 }, async () => {
  folders.push(appWith({ dashboard: { enabled: false } }));
  const without = await ChatServer.start({ folder: folders.at(-1) });
  try {
    assert.equal((await fetch(`${without.url}/entmoot`)).status, 404);
    assert.notEqual((await fetch(`${without.url}/entmoot/socket/websocket`)).status, 101);
  } finally {
    await without.stop();
  }
});
