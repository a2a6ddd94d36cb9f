// SPDX-License-Identifier: MIT
//
// Counts what one chat message costs the server: instructions, and cache lines that a cache of 2 MiB does not hold. Both
// are counted by valgrind's cachegrind, so they do not depend on the machine or on what else it does.
//
// 200 rooms of one client each, so that a room's memory has been displaced when its next message comes. Each client sends
// `send_message` and waits for its reply, the rooms in turn. The difference between a run with 10 and one with 40 messages
// for each room contains no start.
//
//   node bench/count.mjs SERVER [--record]     SERVER: the entmoot binary

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { upgradeRequest, wsMeaning, wsParse, wsText } from "../tests/conformance/wire.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const recorded = join(here, "count.json");
const rooms = 200;
const [few, many] = [10, 40];
const tolerance = 1.03;

class Client {
  #socket;
  #bytes = Buffer.alloc(0);
  #texts = [];
  #wanted = null;

  static async joined(port, room) {
    const client = new Client();
    client.#socket = connect(port, "127.0.0.1");
    client.#socket.setNoDelay(true);
    client.#socket.write(upgradeRequest());
    await new Promise((ready, failed) => {
      let head = "";
      const onHead = (bytes) => {
        head += bytes.toString("latin1");
        if (!head.includes("\r\n\r\n")) return;
        client.#socket.off("data", onHead);
        if (!head.startsWith("HTTP/1.1 101")) return failed(new Error(`no upgrade: ${head.split("\r\n", 1)[0]}`));
        client.#socket.on("data", (more) => client.#receive(more));
        ready();
      };
      client.#socket.on("data", onHead);
      client.#socket.on("error", failed);
    });
    client.room = room;
    await client.call("1", "phx_join", {});
    return client;
  }

  #receive(bytes) {
    const [frames, rest] = wsParse(Buffer.concat([this.#bytes, bytes]));
    this.#bytes = rest;
    for (const frame of frames) {
      const { text, close, reason } = wsMeaning(frame);
      if (close !== undefined) throw new Error(`the server closed the connection: ${close} ${reason}`);
      if (text !== undefined) this.#texts.push(JSON.parse(text));
    }
    this.#wanted?.();
  }

  /** Sends a message and waits for its reply. */
  async call(ref, event, payload) {
    this.#socket.write(wsText(JSON.stringify(["1", ref, `room:${this.room}`, event, payload])));
    for (;;) {
      while (this.#texts.length > 0) {
        const [, of, , name, { status } = {}] = this.#texts.shift();
        if (name !== "phx_reply" || of !== ref) continue;
        if (status !== "ok") throw new Error(`room:${this.room} replied ${status} to ${event}`);
        return;
      }
      await new Promise((arrived) => (this.#wanted = arrived));
    }
  }
  close() {
    this.#socket.destroy();
  }
}

async function run(server, messages) {
  const folder = mkdtempSync(join(tmpdir(), "count-"));
  const out = join(folder, "cachegrind.out");
  const valgrind = spawn(
    "valgrind",
    ["--tool=cachegrind", "--cache-sim=yes", "--D1=49152,12,64", "--LL=2097152,16,64", `--cachegrind-out-file=${out}`,
      server, "serve", join(here, "app"), "--port", "0", "--log", "error"],
    { env: { ...process.env, SHARDS: "1" }, stdio: ["ignore", "pipe", "pipe"] },
  );
  const ended = once(valgrind, "exit");
  let log = "";
  try {
    const port = await new Promise((found, failed) => {
      const look = (bytes) => {
        log += bytes;
        const match = /localhost:(\d+)/.exec(log);
        if (match) found(Number(match[1]));
      };
      valgrind.stdout.on("data", look);
      valgrind.stderr.on("data", look);
      valgrind.on("error", (error) => failed(new Error(`valgrind does not start: ${error.message}`)));
      ended.then(() => failed(new Error(`the server did not start:\n${log}`)));
    });
    const clients = [];
    for (let room = 0; room < rooms; room++) clients.push(await Client.joined(port, room));
    for (let n = 0; n < messages; n++) {
      for (const client of clients) {
        await client.call(String(n + 2), "send_message", { sender: "alice", text: `hello there, this is message ${n}` });
      }
    }
    for (const client of clients) client.close();
    valgrind.kill("SIGTERM");
    await ended;
    return totals(readFileSync(out, "utf8"));
  } finally {
    valgrind.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

function totals(text) {
  const events = /^events: (.*)$/m.exec(text)[1].split(" ");
  const sums = /^summary: (.*)$/m.exec(text)[1].split(" ").map(Number);
  const of = (name) => sums[events.indexOf(name)];
  return { instructions: of("Ir"), lines: of("ILmr") + of("DLmr") + of("DLmw") };
}

const server = process.argv[2];
const first = await run(server, few);
const second = await run(server, many);
const count = (what) => (second[what] - first[what]) / (rooms * (many - few));
const figures = { instructions: Math.round(count("instructions")), lines: Math.round(count("lines") * 10) / 10 };

if (process.argv.includes("--record")) {
  writeFileSync(recorded, JSON.stringify(figures, null, 2) + "\n");
  console.log(`recorded: ${figures.instructions} instructions, ${figures.lines} cache lines per message`);
} else {
  const before = JSON.parse(readFileSync(recorded, "utf8"));
  let worse = false;
  for (const what of ["instructions", "lines"]) {
    const ratio = figures[what] / before[what];
    worse ||= ratio > tolerance;
    console.log(`${what.padEnd(14)} ${String(figures[what]).padStart(8)}   recorded ${String(before[what]).padStart(8)}   ${((ratio - 1) * 100).toFixed(1)} %`);
  }
  if (worse) {
    console.log("a message costs over 3 % more than recorded; if that is justified, record it with scripts/bench-count --record");
    process.exit(1);
  }
}
