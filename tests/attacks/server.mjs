// SPDX-License-Identifier: MIT
//
// Starts `entmoot serve` on an app that the test states, on a free loopback port, and ends it by its pid. Reads from /proc
// what the process and its sockets use. ENTMOOT_COMMAND names another binary than build/release/bin/entmoot.
//
// A server has one shard unless its configuration says otherwise: then every room shares its thread with the attacker.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { connect, createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { rooms } from "./app.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const command = resolve(root, process.env.ENTMOOT_COMMAND ?? "build/release/bin/entmoot");
const folder = mkdtempSync(join(tmpdir(), "entmoot-attacks-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

/** Writes an app: the rooms of app.mjs, further `files` by their paths, and the configuration. Returns its folder. */
export function app({ config = {}, files = {} } = {}) {
  const at = mkdtempSync(join(folder, "app-"));
  const all = { ...rooms, "entmoot.config.ts": `export default ${JSON.stringify({ shards: 1, exposeErrors: true, ...config })};\n`, ...files };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(at, path)), { recursive: true });
    writeFileSync(join(at, path), text);
  }
  return at;
}

const environment = { ...process.env, XDG_RUNTIME_DIR: folder, NO_COLOR: "1" };

/** A port of the loopback interface that is free now. */
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** Runs a command of `entmoot` to its end: {status, output}. */
export function entmoot(...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { env: environment, encoding: "utf8", timeout: 10000 });
  return { status, output: stdout + stderr };
}

const READY_WITHIN_MS = 10000;

export class Server {
  #child;
  output = "";

  /**
   * `stderr` may be "blocked", a pipe of which nothing is read. `launch` is a shell's command line in which `"$@"` stands
   * for the server's: for a process that starts in an unusual state. With `fixedPort` the port need not be printed.
   */
  static async start({ config, files, stderr = "read", launch, args = [], fixedPort = false } = {}) {
    const server = new Server();
    server.folder = app({ config, files });
    const line = [command, "serve", server.folder, "--port", String(fixedPort ? await freePort() : 0), ...args];
    const [program, ...rest] = launch === undefined ? line : ["/bin/sh", "-c", launch, "sh", ...line];
    const child = (server.#child = spawn(program, rest, { stdio: ["ignore", "pipe", "pipe"], env: environment }));
    const atExit = () => child.kill("SIGKILL");
    process.once("exit", atExit);
    child.once("exit", () => process.off("exit", atExit));
    const take = (chunk) => (server.output = (server.output + chunk).slice(-100000));
    child.stdout.setEncoding("utf8").on("data", take);
    if (stderr === "read") child.stderr.setEncoding("utf8").on("data", take);
    await new Promise((resolve, reject) => {
      const fail = (why) => reject(new Error(`the server ${why}\n${server.output}`));
      const late = setTimeout(() => fail(`was not ready within ${READY_WITHIN_MS} ms`), READY_WITHIN_MS);
      const ready = (port) => {
        server.port = port;
        clearTimeout(late);
        resolve();
      };
      child.stdout.on("data", () => {
        const found = /http:\/\/localhost:(\d+)/.exec(server.output);
        if (found !== null) ready(Number(found[1]));
      });
      const knock = () => {
        const socket = connect({ port: Number(line[4]), host: "127.0.0.1" });
        socket.once("connect", () => ready(Number(line[4])) ?? socket.destroy());
        socket.once("error", () => server.ended === null && setTimeout(knock, 20));
      };
      if (fixedPort) knock();
      child.once("exit", (code, signal) => fail(`ended with ${code ?? signal} before it was ready`));
    });
    return server;
  }

  get pid() {
    return this.#child.pid;
  }

  /** How the process ended, or null while it runs. */
  get ended() {
    return this.#child.exitCode ?? this.#child.signalCode;
  }

  signal(name) {
    this.#child.kill(name);
  }

  /** Ends the process. How it shuts down is the matter of other tests. */
  async kill() {
    if (this.ended !== null) return;
    const exit = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exit;
  }

  #megabytes(field) {
    const found = new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${this.pid}/status`, "utf8"));
    return Number(found[1]) / 1024;
  }

  /** Resident memory in MB, and its maximum since `forgetPeak()`. */
  memory() {
    return { now: this.#megabytes("VmRSS"), peak: this.#megabytes("VmHWM") };
  }

  forgetPeak() {
    writeFileSync(`/proc/${this.pid}/clear_refs`, "5");
  }

  descriptors() {
    return readdirSync(`/proc/${this.pid}/fd`).length;
  }

  /** Bytes in the kernel that belong to connections of the server's port: sent but not received, and received but not read. */
  queuedInKernel() {
    const port = this.port.toString(16).toUpperCase().padStart(4, "0");
    let bytes = 0;
    let connections = 0;
    for (const line of readFileSync("/proc/net/tcp", "utf8").split("\n").slice(1)) {
      const [, local, , state, queues] = line.trim().split(/\s+/);
      if (!local?.endsWith(`:${port}`) || state === "0A") continue;
      const [sent, received] = queues.split(":");
      bytes += parseInt(sent, 16) + parseInt(received, 16);
      connections++;
    }
    return { bytes, connections };
  }
}

/** Memory of all TCP sockets of this network namespace, in MB. */
export function tcpMemory() {
  const found = /^TCP: .* mem (\d+)$/m.exec(readFileSync("/proc/net/sockstat", "utf8"));
  return (Number(found[1]) * 4096) / 1048576;
}
