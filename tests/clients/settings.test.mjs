// SPDX-License-Identifier: MIT
//
// Settings from outside the configuration file, the commands about them, and the log as JSON, with the real command.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { Client, closeClients, freshRoom, until } from "./chat_client.mjs";
import { appCopy, ChatServer, command } from "./chat_server.mjs";

let server;
afterEach(async () => {
  closeClients();
  await server?.stop();
  server = undefined;
});

const run = (args, env = {}) => spawnSync(command, args, { encoding: "utf8", env: { ...process.env, ...env } });

test("`entmoot config` says what is in effect, and where it comes from", { timeout: 30000 }, () => {
  const folder = appCopy();
  writeFileSync(
    join(folder, "entmoot.config.ts"),
    'export default {\n  port: 4001,\n  limits: { heap: "8 MB" },\n  tokens: { secret: "a secret of some length" },\n};\n',
  );
  const { stdout, status } = run(["config", folder, "--json", "--set", "limits.clients=5"], { ENTMOOT_SHARDS: "2" });
  assert.equal(status, 0);
  const all = JSON.parse(stdout);
  assert.deepEqual(all.port, { value: "4001", source: "entmoot.config.ts:2:3" });
  assert.deepEqual(all["limits.heap"], { value: '"8 MB"', source: "entmoot.config.ts:3:13" });
  assert.deepEqual(all["limits.clients"], { value: "5", source: "--set limits.clients" });
  assert.deepEqual(all.shards, { value: "2", source: "ENTMOOT_SHARDS" });
  assert.deepEqual(all.proxy, { value: "false", source: "default" });
  assert.ok(!stdout.includes("a secret of some length"));
  assert.match(run(["config", folder]).stdout, /^port +4001 +entmoot\.config\.ts:2:3$/m);
});

test("a setting from outside that is wrong keeps the server from starting, and says why", { timeout: 30000 }, () => {
  const folder = appCopy();
  const wrong = run(["serve", folder, "--port", "0", "--set", "limits.heep=1"], { ENTMOOT_LIMITS_TURN: "soon" });
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /--set limits\.heep: `limits\.heep` is not a setting; did you mean `limits\.heap`\?/);
  const value = run(["serve", folder, "--port", "0"], { ENTMOOT_LIMITS_TURN: "soon" });
  assert.match(value.stderr, /ENTMOOT_LIMITS_TURN: `limits\.turn` must be a time/);
});

test("the server runs with settings from outside", { timeout: 30000 }, async () => {
  server = await ChatServer.start({ args: ["--set", "limits.clients=1"] });
  const id = freshRoom();
  await new Client(server).join(id);
  await assert.rejects(new Client(server).join(id), (error) => /the room is full/.test(JSON.stringify(error) + error.message));
});

test("`entmoot doctor` looks at this machine", { timeout: 30000 }, () => {
  const { stdout, status } = run(["doctor", appCopy()]);
  assert.match(stdout, /versions: entmoot \d/);
  assert.match(stdout, /open files: \d+ for at most 16000 connections/);
  assert.match(stdout, /\d+ errors, \d+ warnings\n$/);
  assert.equal(status, stdout.includes("0 errors,") ? 0 : 1);
});

test("the log as JSON is an object for each line, with the fields of a room's script", { timeout: 30000 }, async () => {
  const folder = appCopy();
  writeFileSync(
    join(folder, "rooms/loud.ts"),
    `export function join() { console.warn("say \\"hi\\"\\nto", 5); }
export function handleIn() { throw new Error("no"); }
`,
  );
  server = await ChatServer.start({ folder, args: ["--log-format", "json"] });
  const client = new Client(server);
  const channel = client.socket.channel("loud:a", {});
  await new Promise((joined) => channel.join().receive("ok", joined));
  await new Promise((answered) => channel.push("x", {}).receive("error", answered));
  const lines = () =>
    server.output.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  await until(() => lines().some(({ event }) => event === "exception"), "the exception in the log");
  const said = lines().find(({ event }) => event === "console");
  assert.equal(said.level, "warning");
  assert.equal(said.topic, "loud:a");
  assert.equal(said.text, 'say "hi"\nto 5');
  assert.ok(Math.abs(Date.parse(said.time) - Date.now()) < 60_000);
  const thrown = lines().find(({ event }) => event === "exception");
  assert.match(thrown.text, /^no \(id [0-9a-f]{12}\)$/);
  assert.match(thrown.position, /^rooms\/loud\.ts:2:/);
});
