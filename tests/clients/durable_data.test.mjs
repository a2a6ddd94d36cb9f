// SPDX-License-Identifier: MIT
//
// What can be done with the data of durable rooms, while the server runs and while it is stopped; and inputs that end their
// room whenever they come.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { closeMembers, freshTopic, Member } from "./member.mjs"; // first: it prepares what phoenix.js finds
import { until } from "./chat_client.mjs";
import { ChatServer, command, runtimeFolder } from "./chat_server.mjs";

const folder = mkdtempSync(join(tmpdir(), "entmoot-data-"));
let server;
before(async () => {
  cpSync(fileURLToPath(new URL("durable_app", import.meta.url)), join(folder, "app"), { recursive: true });
  server = await ChatServer.start({ folder: join(folder, "app") });
});
after(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(closeMembers);

/** Runs `entmoot`, and returns {code, out}. */
function entmoot(args, input = "") {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, XDG_RUNTIME_DIR: runtimeFolder }, timeout: 20000 };
    const child = execFile(command, args, options, (error, stdout, stderr) => resolve({ code: error ? error.code : 0, out: stdout + stderr }));
    child.stdin.end(input);
  });
}
const onApp = ["--dir", join(folder, "app")];

test("a running room's history, contents and past can be looked at", { timeout: 30000 }, async () => {
  const topic = freshTopic();
  const a = await Member.in(server, topic);
  await a.ask("say", { text: "first" });
  await a.ask("fail");
  await a.ask("say", { text: "second" });

  const history = await entmoot(["history", topic, ...onApp]);
  assert.equal(history.code, 0, history.out);
  assert.match(history.out, /message say .* ok\n.*message fail .* threw\n.*message say .* ok\n/);

  const exported = await entmoot(["export", topic, ...onApp]);
  const [head, ...inputs] = exported.out.trim().split("\n").map((line) => JSON.parse(line));
  assert.equal(head.topic, topic);
  assert.equal(head.last, inputs.at(-1).offset);
  assert.deepEqual(inputs.at(-1).payload, { text: "second" });

  const past = await entmoot(["replay", topic, "--at", String(head.last - 1), ...onApp], "lines.join()\n");
  assert.match(past.out, /^"first"$/m);
  assert.doesNotMatch(past.out, /second/);
});

test("a room that is forgotten begins anew, and nothing of it is left", { timeout: 30000 }, async () => {
  const topic = freshTopic();
  const a = await Member.in(server, topic);
  await a.ask("say", { text: "a secret" });
  const again = a.nextReply();
  const forgotten = await entmoot(["forget", topic, ...onApp]);
  assert.equal(forgotten.code, 0, forgotten.out);
  const reply = await again;
  assert.equal(reply.recovered, false);
  assert.deepEqual(reply.lines, []);
  assert.doesNotMatch((await entmoot(["export", topic, ...onApp])).out, /a secret/);

  const unknown = await entmoot(["forget", "board:nobody", ...onApp]);
  assert.equal(unknown.code, 1);
  assert.match(unknown.out, /no room "board:nobody"/);
});

test("a backup replaces data that was lost, and clients do not take it for what they know", { timeout: 30000 }, async () => {
  const topic = freshTopic();
  const a = await Member.in(server, topic);
  await a.ask("say", { text: "kept" });
  const copy = join(folder, "copy");
  const backup = await entmoot(["backup", copy, ...onApp]);
  assert.equal(backup.code, 0, backup.out);
  await a.ask("say", { text: "lost" });

  const early = await entmoot(["restore", copy, ...onApp]);
  assert.equal(early.code, 1);
  assert.match(early.out, /the server is running: stop it/);
  await server.stop();
  const beside = await entmoot(["restore", copy, ...onApp]);
  assert.equal(beside.code, 1);
  assert.match(beside.out, /move it away/);
  renameSync(join(folder, "app/data"), join(folder, "broken"));
  const restored = await entmoot(["restore", copy, ...onApp]);
  assert.equal(restored.code, 0, restored.out);
  assert.equal(statSync(join(folder, "app/data/rooms.sqlite")).mode & 0o777, 0o600);

  const again = a.nextReply();
  await server.startAgain();
  const reply = await again;
  assert.equal(reply.recovered, false);
  assert.deepEqual(reply.lines, ["kept"]);
  assert.equal((await a.ask("say", { text: "goes on" })).status, "ok");

  // A stopped server's data can be looked at and changed too.
  await server.stop();
  assert.match((await entmoot(["export", topic, ...onApp])).out, /goes on/);
  assert.equal((await entmoot(["forget", topic, ...onApp])).code, 0);
  assert.match((await entmoot(["export", topic, ...onApp])).out, /no room/);
  const back = a.nextReply();
  await server.startAgain();
  assert.deepEqual((await back).lines, []);
});

test("a message that has ended its room twice is set aside", { timeout: 30000 }, async () => {
  const topic = freshTopic();
  const a = await Member.in(server, topic);
  await a.ask("say", { text: "before" });
  for (let i = 0; i < 2; i++) assert.match((await a.ask("loop")).response.reason, /time/);
  assert.match(server.output, new RegExp(`entmoot replay ${topic} --at \\d+`));
  assert.match((await a.ask("loop")).response.reason, /set aside/);
  assert.equal((await a.ask("say", { text: "after" })).status, "ok");
  assert.equal(a.errors, 0);
  assert.match((await entmoot(["history", topic, ...onApp])).out, /message loop .* set aside\n/);
});

test("a timer that has ended its room twice is set aside, and the room goes on", { timeout: 30000 }, async () => {
  const topic = freshTopic();
  const a = await Member.in(server, topic);
  await a.ask("set_trap");
  await until(() => server.output.includes(`room "${topic}": input`), () => server.output);
  assert.equal((await a.ask("say", { text: "after" })).status, "ok");
  assert.match((await entmoot(["history", topic, ...onApp])).out, /timer \d+ .* set aside\n/);

  const again = a.nextReply();
  await server.kill();
  await server.startAgain();
  assert.equal((await again).recovered, true);
  assert.equal((await a.ask("say", { text: "later" })).status, "ok");
  const fresh = await Member.in(server, topic);
  assert.deepEqual(fresh.replies[0].lines, ["after", "later"]);
});

test("a room that cannot continue in the code is named before it runs", { timeout: 30000 }, async () => {
  const topic = freshTopic("other");
  const a = await Member.in(server, topic);
  await a.ask("say", { text: "1" });
  await a.vanish();
  const listed = await entmoot(["rooms", join(folder, "app"), "--stored"]);
  assert.match(listed.out, new RegExp(`${topic} +\\d+ .* KB`));
  assert.equal((await entmoot(["check", join(folder, "app"), "--data"])).code, 0);

  await server.kill();
  const file = join(folder, "app/rooms/other.ts");
  const before = readFileSync(file, "utf8");
  writeFileSync(file, `export const join = () => ({ other: "code" });\nroom.broadcast("said", { text: "hello" });\n`);
  const check = await entmoot(["check", join(folder, "app"), "--data"]);
  assert.equal(check.code, 1, check.out);
  assert.match(check.out, new RegExp(`room "${topic}" cannot continue in this code: .*did something else in turn 1`));
  await server.startAgain();
  assert.match(server.output, new RegExp(`room "${topic}" cannot continue in this code`));
  await server.stop();

  writeFileSync(file, before);
  const again = a.nextReply();
  a.socket.connect();
  await server.startAgain();
  assert.equal((await again).recovered, true);
});
