// SPDX-License-Identifier: MIT
//
// Starts the chat for a test and ends it by its pid. One server a test file, on a free port of the loopback interface; a
// server that a test forgot dies with the test process.
//
// There are two of it, which speak alike: the app, `entmoot serve apps/chat`, and the library embedded in C++,
// `chat_room`. CHAT_SERVER says which, "app" or "library". ENTMOOT_COMMAND and ENTMOOT_CHAT name other binaries than those
// in build/release/bin.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const kind = process.env.CHAT_SERVER ?? "app";
if (kind !== "app" && kind !== "library") throw new Error(`CHAT_SERVER is "app" or "library", not "${kind}"`);

/** Where the two differ (docs/embedding.md), a test asks this. */
export const isApp = kind === "app";
export const command = resolve(root, process.env.ENTMOOT_COMMAND ?? "build/release/bin/entmoot");
export const appFolder = join(root, "apps/chat");
const embedded = resolve(root, process.env.ENTMOOT_CHAT ?? "build/release/bin/chat_room");

// Where the servers of this process put what `entmoot rooms` asks: nobody else's server is disturbed.
const runtime = mkdtempSync(join(tmpdir(), "entmoot-run-"));
process.once("exit", () => rmSync(runtime, { recursive: true, force: true }));

/** A copy of the app to be changed; it goes with the process. */
export function appCopy() {
  const copy = mkdtempSync(join(runtime, "app-"));
  cpSync(appFolder, copy, { recursive: true });
  return copy;
}

function compressing() {
  const folder = appCopy();
  const config = join(folder, "entmoot.config.ts");
  const text = readFileSync(config, "utf8");
  writeFileSync(config, text.replace("export default {", "export default {\n  compress: true,"));
  return folder;
}

const READY_WITHIN_MS = 10000;
const STOPPED_WITHIN_MS = 5000; // What the server promises.

export class ChatServer {
  #child;
  #output = "";
  #line;

  /** `folder` is another app than the chat, `args` are more words for the command. */
  static async start({ port = 0, compress = false, folder, args = [] } = {}) {
    const server = new ChatServer();
    if (isApp || folder) server.#line = [command, "serve", folder ?? (compress ? compressing() : appFolder), ...args];
    else server.#line = [embedded, ...(compress ? ["--compress"] : []), ...args];
    await server.#spawn(port);
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
    await this.#spawn(this.port);
  }

  /** The last it has said. */
  get output() {
    return this.#output;
  }

  async #spawn(port) {
    this.#output = "";
    const [binary, ...args] = [...this.#line, "--port", String(port)];
    this.#child = spawn(binary, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, XDG_RUNTIME_DIR: runtime },
    });
    const child = this.#child;
    const atExit = () => child.kill("SIGKILL");
    process.once("exit", atExit);
    child.once("exit", () => process.off("exit", atExit));
    await new Promise((resolve, reject) => {
      const fail = (why) => reject(new Error(`${binary} ${why}\n${this.#output}`));
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
