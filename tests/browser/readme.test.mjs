// SPDX-License-Identifier: MIT
//
// The README's app: serves its files exactly as printed there and checks the page. ENTMOOT names another binary than
// build/release/bin/entmoot.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { launchChromium } from "./chromium.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const binary = process.env.ENTMOOT ?? join(root, "build/release/bin/entmoot");

let folder;
let server;
let browser;
let address;
before(async () => {
  const readme = readFileSync(join(root, "README.md"), "utf8").split("## An app of your own")[1];
  const boxes = [...readme.matchAll(/^```(?:ts|html)\n(.*?)^```/gms)].map(([, content]) => content);
  assert.equal(boxes.length, 3);
  folder = mkdtempSync(join(tmpdir(), "entmoot-readme-"));
  mkdirSync(join(folder, "rooms"));
  mkdirSync(join(folder, "public"));
  ["rooms/counter.ts", "public/index.html", "public/clicks.ts"].forEach((name, i) => {
    assert.ok(readme.includes(name), `the README must name ${name}`);
    writeFileSync(join(folder, name), boxes[i]);
  });
  server = spawn(binary, ["serve", folder, "--port", "0"]);
  address = await new Promise((found, failed) => {
    let said = "";
    const hear = (chunk) => {
      said += chunk;
      const at = said.match(/http:\/\/localhost:\d+/);
      if (at) found(at[0]);
    };
    server.stdout.on("data", hear);
    server.stderr.on("data", hear);
    server.on("exit", () => failed(new Error(said)));
  });
  browser = await launchChromium();
});
after(async () => {
  await browser?.close();
  server?.kill();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** Opens the page; `said(text)` waits until it has printed that. */
async function visit() {
  const page = await (await browser.newContext()).newPage();
  const printed = [];
  let heard = () => {};
  const hear = (text) => {
    printed.push(text);
    heard();
  };
  page.on("console", (message) => hear(message.text()));
  page.on("pageerror", (error) => hear(String(error)));
  await page.goto(address);
  const said = async (text) => {
    while (!printed.includes(text)) await new Promise((resolve) => (heard = resolve));
  };
  return { page, said, printed };
}

test("clicks are counted in every window", { timeout: 30000 }, async (t) => {
  const ann = await visit();
  const bob = await visit();
  t.after(() => t.diagnostic(JSON.stringify([ann.printed, bob.printed])));
  await ann.said("it is 0");
  await bob.said("it is 0");
  await ann.page.mouse.click(50, 50);
  await bob.said("1");
  await bob.page.mouse.click(50, 50);
  await ann.said("2");
});
