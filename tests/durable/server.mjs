// SPDX-License-Identifier: MIT
//
// The server under test: one process after another, on one port and with one folder of data. ENTMOOT_COMMAND names another
// binary than build/release/bin/entmoot.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { LogReader } from "../chaos/log_reader.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const command = resolve(root, process.env.ENTMOOT_COMMAND ?? "build/release/bin/entmoot");
const READY_WITHIN_MS = 10000;

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

export class Server {
  #child;
  #exit = Promise.resolve();
  /** A folder for all files of the run, which is removed at its end unless keep() is called. */
  folder = mkdtempSync(join(tmpdir(), "entmoot-durable-"));
  #app = join(this.folder, "app");
  #environment = { ...process.env, XDG_RUNTIME_DIR: this.folder };
  #kept = false;
  /** Which process runs, from 1. */
  number = 0;
  log;
  /** Lines of the log that no healthy server writes. */
  complaints = [];

  static async create() {
    const server = new Server();
    cpSync(fileURLToPath(new URL("app", import.meta.url)), server.#app, { recursive: true });
    server.port = await freePort();
    server.url = `http://127.0.0.1:${server.port}`;
    process.once("exit", () => {
      server.#child?.kill("SIGKILL");
      if (!server.#kept) rmSync(server.folder, { recursive: true, force: true });
    });
    return server;
  }

  keep() {
    this.#kept = true;
  }

  /** Starts the next process. `ready` resolves when it listens; it is rejected if the process ends before. */
  start() {
    this.number += 1;
    this.log = new LogReader();
    this.#child = spawn(command, ["serve", this.#app, "--port", String(this.port)], {
      stdio: ["ignore", "pipe", "pipe"],
      env: this.#environment,
    });
    const { log } = this;
    this.#exit = once(this.#child, "close").then(([code, signal]) => {
      this.complaints.push(...log.tail.split("\n").filter((line) => / (error|critical) /.test(line) && !line.includes("terminated: out of time")));
      return code ?? signal;
    });
    log.read(this.#child.stdout);
    log.read(this.#child.stderr);
    const ready = Promise.race([
      log.match(/http:\/\/localhost:\d+/, READY_WITHIN_MS),
      this.#exit.then((how) => Promise.reject(new Error(`the server ended with ${how} before it was ready\n${log.tail}`))),
    ]);
    ready.catch(() => {}); // Not every caller waits for it.
    return ready;
  }

  get running() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Sends a signal and gives the exit code or the signal that ended the process, when it has ended. */
  end(signal) {
    this.#child.kill(signal);
    return this.#exit;
  }

  signal(signal) {
    this.#child.kill(signal);
  }
}
