// SPDX-License-Identifier: MIT
//
// Follows docs/tutorial.md: runs its commands, applies its diffs, and checks the output and the pages that it describes.
// ENTMOOT names another binary than build/release/bin/entmoot.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { launchChromium } from "./chromium.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const binary = process.env.ENTMOOT ?? join(root, "build/release/bin/entmoot");
const pictures = join(root, "build/screenshots");
const options = { timeout: 120000 };

/** The boxes of each chapter, in order. */
const chapters = readFileSync(join(root, "docs/tutorial.md"), "utf8")
  .split(/^## \d+\. /m)
  .slice(1)
  .map((text) => [...text.matchAll(/^```(\w+)\n(.*?)^```/gms)].map(([, kind, content]) => ({ kind, content })));

let folder;
let app;
let server;
let browser;
let log = "";
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "entmoot-tutorial-"));
  app = join(folder, "my-chat");
  mkdirSync(pictures, { recursive: true });
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  server?.kill("SIGKILL");
  if (folder) rmSync(folder, { recursive: true, force: true });
});

function run(command, cwd) {
  const env = { ...process.env, PATH: `${dirname(binary)}:${process.env.PATH}` };
  return new Promise((resolve) => {
    execFile("bash", ["-c", command], { cwd, env, timeout: 60000 }, (_, out, err) => resolve(out + err));
  });
}

/** Runs the lines that start with `$`, and checks that the output contains the lines below them. */
async function type(box, cwd = app) {
  let said = "";
  for (const line of box.content.trimEnd().split("\n")) {
    if (line.startsWith("$ ")) said = await run(line.slice(2), cwd);
    else assert.ok(said.includes(line), `${line}\nis not in\n${said}`);
  }
  return said;
}

/** Applies the diff in a box, which is located by its context lines. */
function change(box) {
  const [from, , , ...lines] = box.content.trimEnd().split("\n");
  const file = join(app, from.slice(4));
  const before = lines.filter((line) => line[0] !== "+").map((line) => line.slice(1)).join("\n");
  const after = lines.filter((line) => line[0] !== "-").map((line) => line.slice(1)).join("\n");
  const text = readFileSync(file, "utf8");
  assert.equal(text.split(before).length, 2, `${file} has these lines once:\n${before}\n---\n${text}`);
  writeFileSync(file, text.replace(before, () => after));
}

async function until(what, happens) {
  for (let i = 0; i < 200; ++i) {
    if (await happens()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`timeout waiting for: ${what}\n${log}`);
}

async function serve(port) {
  log = "";
  server = spawn(binary, ["serve", "--watch", "--port", `${port}`], { cwd: app });
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (data) => (log += data));
  await until("the server prints its address", () => /http:\/\/localhost:\d+/.test(log));
}

async function ended(signal) {
  const exit = new Promise((resolve) => server.once("exit", resolve));
  server.kill(signal);
  await exit;
}

const boxes = (chapter, kind) => chapters[chapter - 1].filter((box) => box.kind === kind);

async function enter(name, place = "") {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${url()}/${place}`);
  await page.fill("#name", name);
  await page.press("#name", "Enter");
  await page.waitForSelector("#text", { state: "visible" });
  return page;
}
const say = async (page, text) => {
  await page.fill("#text", text);
  await page.press("#text", "Enter");
};
const shows = (page, text) => until(`a window shows "${text}"`, async () => (await page.innerText("#messages")).includes(text));
const url = () => log.match(/http:\/\/localhost:\d+/)[0];

let ann;
let bob;

test("2. two windows of a new app exchange messages", options, async () => {
  await type(boxes(2, "console")[0], folder);
  assert.match(boxes(2, "sh")[0].content, /^cd my-chat\nentmoot serve --watch$/m);
  await serve(0); // as in the tutorial, but on a free port
  ann = await enter("Ann");
  bob = await enter("Bob");
  await say(ann, "hello");
  await shows(bob, "hello");
});

test("3. a running room can be listed and evaluated in", options, async () => {
  const [rooms, evals] = boxes(3, "console");
  assert.match(await type(rooms), /chat:lobby +running +2/);
  assert.match(await type(evals), /Ann.*Bob/);
});

test("4. a changed room reloads without its visitors noticing", options, async () => {
  await ann.evaluate(() => (window.still = "here"));
  change(boxes(4, "diff")[0]);
  for (const line of boxes(4, "text")[0].content.trimEnd().split("\n")) {
    await until(`the log contains "${line}"`, () => log.includes(line.replace(/^info +/, "")));
  }
  await say(ann, "/shout good morning");
  await shows(ann, "GOOD MORNING!");
  await shows(bob, "GOOD MORNING!");
  await shows(bob, "hello");
  assert.equal(await ann.evaluate(() => window.still), "here");
});

test("5. an error in the code leaves the running rooms unaffected", options, async () => {
  const file = join(app, "rooms/chat.ts");
  const good = readFileSync(file, "utf8");
  writeFileSync(file, good.slice(0, good.lastIndexOf("}")));
  await ann.waitForSelector("#entmoot-problem");
  assert.match(await ann.innerText("#entmoot-problem"), /rooms\/chat\.ts:\d+:\d+: /);
  await ann.screenshot({ path: join(pictures, "tutorial-mistake.png") });
  assert.match(log, /rooms\/chat\.ts:\d+:\d+: /);
  await say(bob, "still here");
  await shows(ann, "still here");
  writeFileSync(file, good);
  await ann.waitForSelector("#entmoot-problem", { state: "detached" });
  await type(boxes(5, "console")[0]);
  const config = join(app, "entmoot.config.ts");
  const settings = readFileSync(config, "utf8");
  writeFileSync(config, settings.replace("port: 4000", "prot: 4000"));
  assert.match(await run("entmoot check", app), /entmoot\.config\.ts:\d+:\d+: .*prot.*did you mean `port`/s);
  writeFileSync(config, settings);
});

test("6. a new event and its test", options, async () => {
  for (const box of boxes(6, "diff")) change(box);
  await type(boxes(6, "console")[0]);
});

test("7. a changed page reloads itself", options, async () => {
  change(boxes(7, "diff")[0]);
  await ann.waitForFunction(() => window.still === undefined && document.readyState === "complete");
  ann = await enter("Ann");
  await say(ann, "/roll");
  await shows(ann, "rolls a die: ");
});

test("8. a room that hangs does not affect other rooms", options, async () => {
  change(boxes(8, "diff")[0]);
  await until("the room runs the new version", async () => (log.match(/now running the new version/g) ?? []).length >= 3);
  const eve = await enter("Eve", "?room=garden");
  await say(ann, "/hang");
  await say(eve, "quiet here");
  await shows(eve, "quiet here");
  await until("the room is terminated", async () => /out of time/.test(await run("entmoot rooms", app)));
  await type(boxes(8, "console")[0]);
  await until("its visitors are back", async () => {
    await say(ann, "back");
    return (await ann.innerText("#messages")).includes("back");
  });
});

test("9. a package from npm", options, async (context) => {
  // Instead of downloading the package, the test copies the one installed here.
  mkdirSync(join(app, "node_modules"));
  await run(`cp -r ${join(root, "node_modules/marked")} node_modules/`, app);
  if (!readFileSync(join(app, "node_modules/marked/package.json"))) return context.skip("marked is not installed");
  change(boxes(9, "diff")[0]);
  assert.match(await run("entmoot check", app), /no problems found/);
});

test("10. a durable room survives a server that is killed", options, async () => {
  change(boxes(10, "diff")[0]);
  const port = new URL(url()).port;
  await ended("SIGTERM");
  await serve(port);
  ann = await enter("Ann");
  await say(ann, "before the power cut");
  await shows(ann, "before the power cut");
  assert.equal(boxes(10, "sh")[0].content.trim(), "pkill -9 -x entmoot");
  await ended("SIGKILL");
  await serve(port);
  const eve = await enter("Eve");
  await shows(eve, "before the power cut");
  await until("the page has reconnected", async () => {
    await say(ann, "back again");
    return (await eve.innerText("#messages")).includes("back again");
  });
  await eve.screenshot({ path: join(pictures, "tutorial-durable.png") });
});
