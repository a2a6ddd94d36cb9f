// SPDX-License-Identifier: MIT
//
// The app that `entmoot new` creates: its files pass `tsc --strict`, errors in settings and rooms are type errors, and its
// tests pass.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { transformSync } from "esbuild";

const entmoot = resolve(process.env.ENTMOOT_COMMAND ?? "build/release/bin/entmoot");
const tsc = resolve("node_modules/typescript/bin/tsc");
let folder;
let app;

before(() => {
  folder = mkdtempSync(join(tmpdir(), "entmoot-app-"));
  app = join(folder, "my-app");
  execFileSync(entmoot, ["new", app]);
});
after(() => rmSync(folder, { recursive: true }));

const check = (project) => spawnSync(process.execPath, [tsc, "-p", project, "--skipLibCheck", "false"], { cwd: app, encoding: "utf8" }).stdout;

/** The output of tsc with `change` applied to a file. */
function checkWith(name, change) {
  const file = join(app, name);
  const text = readFileSync(file, "utf8");
  const changed = change(text);
  assert.notEqual(changed, text);
  writeFileSync(file, changed);
  try {
    return check(name.startsWith("public/") ? "public" : ".");
  } finally {
    writeFileSync(file, text);
  }
}

test("a new app's rooms, tests and configuration type-check", () => assert.equal(check("."), ""));

test("a new app's page type-checks", () => assert.equal(check("public"), ""));

test("apps/chat type-checks and passes `entmoot check`", () => {
  const chat = resolve("apps/chat");
  for (const project of [chat, join(chat, "public")]) {
    assert.equal(spawnSync(process.execPath, [tsc, "-p", project], { encoding: "utf8" }).stdout, "");
  }
  assert.match(execFileSync(entmoot, ["check", chat], { encoding: "utf8" }), /serves room:\* and \/api\/rooms\/:id/);
});

test("the chat's own tests pass", () => {
  const { status, stdout } = spawnSync(entmoot, ["test", resolve("apps/chat")], { encoding: "utf8" });
  assert.equal(status, 0, stdout);
  assert.match(stdout, /[1-9] passed, 0 failed/);
});

test("a room can await setTimeout in a promise", () => {
  const waits = "\nexport const wait = () => new Promise((resolve) => setTimeout(resolve, 10));\nsetInterval((n: number) => n, 10, 1);\n";
  assert.equal(checkWith("rooms/chat.ts", (text) => text + waits), "");
});

test("an invalid setting is a type error", () => {
  assert.match(checkWith("entmoot.config.ts", (text) => text.replace("port:", "prot:")), /'prot' does not exist/);
  assert.match(checkWith("entmoot.config.ts", (text) => text.replace("clients: 200", 'heap: "16 XB"')), /"16 XB"/);
});

test("valid settings of every kind type-check", () => {
  const all = `
    export default {
      origins: ["https://example.com"], publicCache: "5m",
      socket: { messageBytes: "64 KB", joinTimeout: 5000 },
      tokens: { jwt: [{ kid: "a", alg: "ES256", key: "-----BEGIN" }], audience: ["chat"], maxAge: "14d" },
      handlers: ["broadcast", "send"], fetch: ["*"], broadcastChannels: { chat: "new_message" },
      limits: { heap: "32MB", cpuShare: 0.25, history: { age: "1h" } }, rooms: { "a:*": { turn: "20ms" } },
      node: { restarts: { max: 3, within: "5s", backoff: "1s" } },
    } satisfies EntmootConfig;`;
  assert.equal(checkWith("entmoot.config.ts", () => all), "");
  const secret = "export default { tokens: { secret: process.env.SECRET } } satisfies EntmootConfig;";
  assert.equal(checkWith("entmoot.config.ts", () => secret), "");
});

test("names that rooms do not have are type errors", () => {
  assert.match(checkWith("rooms/chat.ts", (text) => `${text}\ndocument.title = "";`), /'document'/);
  assert.match(checkWith("rooms/chat.ts", (text) => text.replace("client.assigns", "client.asigns")), /'asigns'/);
});

test("each file without its types is valid JavaScript", () => {
  for (const name of ["rooms/chat.ts", "public/app.ts", "tests/chat.test.ts", "entmoot.config.ts"]) {
    const source = readFileSync(join(app, name), "utf8");
    const { code } = transformSync(source, { loader: "ts" });
    const script = join(folder, "checked.mjs");
    writeFileSync(script, code);
    assert.equal(spawnSync(process.execPath, ["--check", script], { encoding: "utf8" }).stderr, "", name);
  }
});

/** The result of `entmoot test` with `change` applied to a file. */
function testWith(name, change, ...words) {
  const file = join(app, name);
  const text = readFileSync(file, "utf8");
  writeFileSync(file, change(text));
  try {
    return spawnSync(entmoot, ["test", ...words], { cwd: app, encoding: "utf8" });
  } finally {
    writeFileSync(file, text);
  }
}

test("a new app's tests pass", () => {
  const { status, stdout, stderr } = testWith("rooms/chat.ts", (text) => text);
  assert.match(stdout, /^tests\/chat\.test\.ts\n( {2}ok {5}.+\n){4}\n4 passed, 0 failed\n$/);
  assert.equal(stderr, "");
  assert.equal(status, 0);
});

test("an exception of a room fails the calling test, with both positions", () => {
  const bug = (text) => text.replace("room.history.push(message);", "(message as any).by.toUpperCase();");
  const { status, stdout } = testWith("rooms/chat.ts", bug, "tests/chat.test.ts", "--only", "reaches");
  const lineOf = (file, words) => readFileSync(join(app, file), "utf8").split("\n").findIndex((line) => line.includes(words)) + 1;
  const asked = lineOf("tests/chat.test.ts", "const reply = await");
  const thrown = lineOf("rooms/chat.ts", "room.history.push");
  assert.match(stdout, new RegExp(`not ok a message reaches everybody\\n.*toUpperCase.*\\n +at tests/chat\\.test\\.ts:${asked}:\\d+\\n`));
  assert.match(stdout, new RegExp(`at handleIn \\(rooms/chat\\.ts:${thrown}:\\d+\\)`));
  assert.match(stdout, /\n0 passed, 1 failed\n$/);
  assert.equal(status, 1);
});

test("a room that does not compile is reported with its position, and no test runs", () => {
  const { status, stdout, stderr } = testWith("rooms/chat.ts", (text) => text.replace("let lastId = 0;", "let lastId = ;"));
  assert.equal(stdout, "");
  assert.match(stderr, /rooms\/chat\.ts:\d+:\d+: /);
  assert.equal(status, 1);
});

test("with a runtime folder too long for a socket's path, the server runs without the control socket", () => {
  const runtime = join(folder, "x".repeat(100));
  mkdirSync(runtime);
  const env = { ...process.env, XDG_RUNTIME_DIR: runtime };
  const rooms = spawnSync(entmoot, ["rooms", app], { encoding: "utf8", env });
  assert.equal(rooms.status, 1);
  assert.match(rooms.stderr, /too long for a socket's path/);
  const args = ["-s", "INT", "--preserve-status", "2", entmoot, "serve", app, "--port", "0"];
  const served = spawnSync("timeout", args, { encoding: "utf8", env });
  assert.match(served.stdout, /Listening on http:\/\/localhost:\d+/);
  assert.match(served.stdout + served.stderr, /`entmoot console` are not available: .* too long/);
});

test("bash completes a command's options", () => {
  const script = execFileSync(entmoot, ["completion", "bash"], { encoding: "utf8" });
  assert.equal(spawnSync("bash", ["-n"], { input: script, encoding: "utf8" }).stderr, "");
  const words = spawnSync(
    "bash",
    ["-c", `${script}\nCOMP_WORDS=(entmoot serve --w); COMP_CWORD=2; _entmoot; echo "\${COMPREPLY[@]}"`],
    { encoding: "utf8" },
  );
  assert.equal(words.stdout, "--watch\n");
});
