// SPDX-License-Identifier: MIT
//
// Starts the chat room's binary for a test and ends it by its pid. One server a test file, on a free port of the
// loopback interface; a server that a test forgot dies with the test process.
//
// ENTMOOT_CHAT names another binary than build/release/bin/chat_room.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const BINARY = process.env.ENTMOOT_CHAT ?? fileURLToPath(new URL("../../build/release/bin/chat_room", import.meta.url));
const READY_WITHIN_MS = 10000;
const STOPPED_WITHIN_MS = 5000; // What the server promises.

export class ChatServer {
  #child;
  #output = "";

  static async start({ port = 0, args = [] } = {}) {
    const server = new ChatServer();
    await server.#spawn(port, args);
    return server;
  }

  get pid() {
    return this.#child.pid;
  }

  get url() {
    return `http://localhost:${this.port}`;
  }

  get socketUrl() {
    return `ws://localhost:${this.port}/socket`;
  }

  /** SIGTERM. Gives the exit code and how long it took. */
  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return { code: this.#child.exitCode, ms: 0 };
    const start = performance.now();
    const exit = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    const late = setTimeout(() => this.#child.kill("SIGKILL"), 2 * STOPPED_WITHIN_MS);
    const [code, signal] = await exit;
    clearTimeout(late);
    return { code, signal, ms: performance.now() - start };
  }

  /** Sends a signal and does not wait. */
  signal(name) {
    this.#child.kill(name);
  }

  /** Gives how it ended, once it has: `[code, signal]`. */
  ended() {
    return once(this.#child, "exit");
  }

  /** As after a crash: no farewell. */
  async kill() {
    const exit = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exit;
  }

  /** Another process on the same port; the one before has to be gone. */
  async startAgain() {
    await this.#spawn(this.port, []);
  }

  async #spawn(port, args) {
    this.#output = "";
    this.#child = spawn(BINARY, ["--port", String(port), ...args], { stdio: ["ignore", "pipe", "pipe"] });
    const child = this.#child;
    const atExit = () => child.kill("SIGKILL");
    process.once("exit", atExit);
    child.once("exit", () => process.off("exit", atExit));
    await new Promise((resolve, reject) => {
      const fail = (why) => reject(new Error(`${BINARY} ${why}\n${this.#output}`));
      const late = setTimeout(() => fail(`said nothing of a port within ${READY_WITHIN_MS} ms`), READY_WITHIN_MS);
      const settle = (action) => {
        clearTimeout(late);
        action();
      };
      const listen = (chunk) => {
        this.#output = (this.#output + chunk).slice(-20000);
        const found = /http:\/\/localhost:(\d+)/.exec(this.#output);
        if (found === null) return;
        this.port = Number(found[1]);
        settle(resolve);
      };
      child.stdout.setEncoding("utf8").on("data", listen);
      child.stderr.setEncoding("utf8").on("data", listen);
      child.once("error", (error) => settle(() => fail(`cannot be started: ${error.message}`)));
      child.once("exit", (code, signal) => settle(() => fail(`ended with ${code ?? signal} before it was ready`)));
    });
  }
}
