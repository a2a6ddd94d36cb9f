// SPDX-License-Identifier: MIT
//
// The server as operators see it: health checks, the end of its service, /metrics, and what deploy/ expects of it.

import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Client, closeClients, freshRoom, newest, until } from "./chat_client.mjs";
import { appCopy, ChatServer, command } from "./chat_server.mjs";

const deploy = fileURLToPath(new URL("../../deploy/", import.meta.url));
const quick = { reconnectAfterMs: () => 60_000 };

let server;
afterEach(async () => {
  closeClients();
  await server?.stop();
  server = undefined;
});

/** A copy of the chat with these settings. */
function chatWith(settings) {
  const folder = appCopy();
  writeFileSync(join(folder, "entmoot.config.ts"), `export default ${JSON.stringify(settings)};\n`);
  return folder;
}

const status = async (url) => (await fetch(url)).status;
const portOf = (text, path) => Number(new RegExp(`localhost:(\\d+)${path}`).exec(text)[1]);

test("a server with a delay is first not ready, then asks its clients to reconnect", { timeout: 30000 }, async () => {
  const folder = chatWith({ drain: { delay: "1500ms", time: "0s" } });
  server = await ChatServer.start({ folder });
  const url = `http://localhost:${server.port}`;
  assert.equal(await status(`${url}/healthz`), 200);
  assert.equal(await status(`${url}/readyz`), 200);
  const { client } = await new Client(server, newest, quick).join(freshRoom());

  process.kill(server.pid, "SIGTERM");
  await until(async () => (await status(`${url}/readyz`)) === 503, "503 from /readyz");
  assert.equal(await status(`${url}/healthz`), 200);
  assert.equal(client.closes.length, 0, "a client that is connected stays");
  const late = await new Client(server, newest, quick).join(freshRoom());
  assert.equal((await late.say("hello")).status, "ok");

  await until(() => client.closes.length > 0, "the end of the connection");
  assert.equal(client.closes[0], 1012);
});

test("clients are spread over the time to drain", { timeout: 30000 }, async () => {
  const folder = chatWith({ drain: { time: "1500ms" } });
  server = await ChatServer.start({ folder });
  const id = freshRoom();
  const rooms = await Promise.all(Array.from({ length: 60 }, () => new Client(server, newest, quick).join(id)));
  const stopped = server.stop();
  await until(() => rooms.some(({ client }) => client.closes.length > 0), "the first close");
  const closed = () => rooms.filter(({ client }) => client.closes.length > 0).length;
  assert.ok(closed() < 60, "all were closed at once");
  await until(() => closed() === 60, "the last close");
  assert.equal((await stopped).code, 0);
});

test("/metrics has a port of its own, and counts what has happened", { timeout: 30000 }, async () => {
  const folder = chatWith({ metrics: { port: 0 } });
  server = await ChatServer.start({ folder });
  const metricsPort = await until(() => server.output.includes("/metrics") && portOf(server.output, "/metrics"), "its port");
  assert.equal(await status(`http://localhost:${server.port}/metrics`), 404, "it is not on the public port");
  const room = await new Client(server).join(freshRoom());
  for (let i = 0; i < 5; i++) await room.say(`message ${i}`);

  const read = async () => (await fetch(`http://localhost:${metricsPort}/metrics`)).text();
  const text = await read();
  const value = (name) => {
    const line = text.split("\n").find((each) => each.startsWith(`${name} `));
    assert.ok(line, `${name} is missing`);
    return Number(line.split(" ").at(-1));
  };
  assert.equal(value('entmoot_joins_total{route="room:*"}'), 1);
  assert.equal(value('entmoot_rooms{state="running"}'), 1);
  assert.equal(value('entmoot_connections{transport="websocket"}'), 1);
  assert.ok(value("entmoot_messages_in_total") >= 6);
  assert.ok(value('entmoot_turn_cpu_seconds_count{route="room:*"}') >= 6);
  assert.ok(value('entmoot_room_heap_bytes{route="room:*"}') > 0);
  assert.ok(!text.includes(room.id ?? "room:no-such"), "labels contain no topics");

  // Each name is declared once, before its samples.
  const declared = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name]) => name);
  assert.equal(new Set(declared).size, declared.length);
  for (const [, name] of text.matchAll(/^([a-z_]+)[{ ]/gm)) {
    assert.ok(declared.includes(name) || declared.includes(name.replace(/_(bucket|sum|count)$/, "")), name);
  }
});

test("every metric that deploy/ names exists, and promtool accepts metrics and rules", { timeout: 60000 }, async (t) => {
  // A durable room, so that the store's metrics exist too.
  const folder = chatWith({ metrics: { port: 0 }, limits: { durable: true } });
  server = await ChatServer.start({ folder });
  const metricsPort = await until(() => server.output.includes("/metrics") && portOf(server.output, "/metrics"), "its port");
  const text = await (await fetch(`http://localhost:${metricsPort}/metrics`)).text();
  const known = new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name));
  for (const file of ["prometheus/alerts.yml", "prometheus/grafana-dashboard.json"]) {
    const named = readFileSync(join(deploy, file), "utf8").match(/\b(entmoot|process)_[a-z_]+/g);
    assert.ok(named.length > 10, file);
    for (const name of named) {
      assert.ok(known.has(name) || known.has(name.replace(/_(bucket|sum|count)$/, "")), `${file}: ${name}`);
    }
  }
  if (spawnSync("promtool", ["--version"]).error) return t.diagnostic("promtool is not installed (Debian: prometheus)");
  const lint = spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" });
  assert.equal(lint.status, 0, lint.stderr);
  execFileSync("promtool", ["check", "rules", join(deploy, "prometheus/alerts.yml")], { stdio: "pipe" });
  execFileSync("promtool", ["check", "config", join(deploy, "prometheus/scrape.yml")], { stdio: "pipe" });
});

test("a listening socket is taken from systemd, with what waits in it", { timeout: 30000 }, async () => {
  const listening = createServer().listen(0, "127.0.0.1");
  await once(listening, "listening");
  const { port } = listening.address();
  const child = spawn(command, ["serve", appCopy()], {
    stdio: ["ignore", "pipe", "inherit", listening._handle.fd],
    env: { ...process.env, LISTEN_FDS: "1" },
  });
  try {
    let output = "";
    child.stdout.on("data", (bytes) => (output += bytes));
    await until(() => output.includes(`localhost:${port} `), "the port of that socket");
    listening.close();
    assert.equal(await status(`http://127.0.0.1:${port}/healthz`), 200);
  } finally {
    child.kill("SIGTERM");
    await once(child, "exit");
  }
});

test("what is no listening socket is refused", { timeout: 30000 }, async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const socket = connect(other.address().port, "127.0.0.1");
  await once(socket, "connect");
  const run = spawnSync(command, ["serve", appCopy()], {
    stdio: ["ignore", "pipe", "pipe", socket._handle.fd],
    env: { ...process.env, LISTEN_FDS: "1" },
    encoding: "utf8",
  });
  socket.destroy();
  other.close();
  assert.equal(run.status, 1);
  assert.match(run.stderr, /descriptor 3 is not a listening socket/);
});
