// SPDX-License-Identifier: MIT
//
// Starts the chat for a test and ends it by its pid. One server per test file, on a free loopback port; a server that is
// still running ends with the test process.
//
// The chat has two servers with the same protocol: the app, `entmoot serve apps/chat`, and the C++ program `chat_room`.
// CHAT_SERVER selects one, "app" or "library". ENTMOOT_COMMAND and ENTMOOT_CHAT name other binaries than those in
// build/release/bin.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const kind = process.env.CHAT_SERVER ?? "app";
if (kind !== "app" && kind !== "library") throw new Error(`CHAT_SERVER is "app" or "library", not "${kind}"`);

/** For tests of behaviour in which the two servers differ (docs/embedding.md). */
export const isApp = kind === "app";
export const command = resolve(root, process.env.ENTMOOT_COMMAND ?? "build/release/bin/entmoot");
export const appFolder = join(root, "apps/chat");
const embedded = resolve(root, process.env.ENTMOOT_CHAT ?? "build/release/bin/chat_room");

// The folder of the control sockets of this process's servers, separate from those of other servers.
const runtime = mkdtempSync(join(tmpdir(), "entmoot-run-"));
export const runtimeFolder = runtime;
process.once("exit", () => rmSync(runtime, { recursive: true, force: true }));

/** A copy of the app that a test can change. It is deleted when the process ends. */
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
const STOPPED_WITHIN_MS = 5000; // The documented limit.

export class ChatServer {
  #child;
  #output = "";
  #line;

  /** `folder` is another app than the chat, `args` are further arguments of the command. */
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

  /** Sends SIGTERM. Returns the exit code and the time until the exit. */
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

  /** Sends a signal without waiting. */
  signal(name) {
    this.#child.kill(name);
  }

  /** Waits for the exit and returns `[code, signal]`. */
  ended() {
    return once(this.#child, "exit");
  }

  /** Sends SIGKILL: connections end without a close frame, as in a crash. */
  async kill() {
    const exit = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exit;
  }

  /** Starts another process on the same port, after the previous one has ended. */
  async startAgain() {
    await this.#spawn(this.port);
  }

  /** The end of the server's output. */
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
      const late = setTimeout(() => fail(`printed no port within ${READY_WITHIN_MS} ms`), READY_WITHIN_MS);
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
