// SPDX-License-Identifier: MIT
//
// The server under test: `entmoot serve` on a copy of the folder `app`, the changes of its code while it runs, and the
// reader of its log, which can stop reading. ENTMOOT_COMMAND names another binary than build/release/bin/entmoot.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { LogReader } from "./log_reader.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const command = resolve(root, process.env.ENTMOOT_COMMAND ?? "build/release/bin/entmoot");
const READY_WITHIN_MS = 10000;
const STOPPED_WITHIN_MS = 10000;
const COMMAND_WITHIN_MS = 30000;

export class Server {
  #child;
  #folder = mkdtempSync(join(tmpdir(), "entmoot-chaos-"));
  #app = join(this.#folder, "app");
  // glibc gives large blocks back at once, instead of learning to keep them: otherwise memory that is merely fragmented
  // grows for some minutes like a leak.
  #environment = { ...process.env, XDG_RUNTIME_DIR: this.#folder, MALLOC_MMAP_THRESHOLD_: "131072" };
  /** The number that the newest code gives. */
  revision = 0;
  log = new LogReader();

  constructor() {
    process.once("exit", () => {
      this.#child?.kill("SIGKILL");
      rmSync(this.#folder, { recursive: true, force: true });
    });
  }

  get pid() {
    return this.#child.pid;
  }

  get running() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async start() {
    cpSync(fileURLToPath(new URL("app", import.meta.url)), this.#app, { recursive: true });
    this.#child = spawn(command, ["serve", this.#app, "--watch"], {
      stdio: ["ignore", "pipe", "pipe"],
      env: this.#environment,
    });
    const started = Promise.race([
      this.log.match(/http:\/\/localhost:(\d+)/, READY_WITHIN_MS),
      once(this.#child, "error").then(([error]) => Promise.reject(error)),
      once(this.#child, "exit").then(([code]) => Promise.reject(new Error(`ended with ${code}\n${this.log.tail}`))),
    ]);
    this.log.read(this.#child.stdout);
    this.log.read(this.#child.stderr);
    this.url = `http://127.0.0.1:${(await started)[1]}`;
    this.port = Number(new URL(this.url).port);
  }

  /** Sends SIGTERM and gives the exit code, or the signal. */
  async stop() {
    if (!this.running) return this.#child.exitCode ?? this.#child.signalCode;
    const exit = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    const late = setTimeout(() => this.#child.kill("SIGKILL"), STOPPED_WITHIN_MS);
    const [code, signal] = await exit;
    clearTimeout(late);
    return code ?? signal;
  }

  /** The running rooms: `entmoot rooms --json`. */
  async rooms() {
    return JSON.parse(await this.#call("rooms", "--json"));
  }

  /** `entmoot reload`, which logs a line in any case. */
  async reload() {
    await this.#call("reload");
  }

  // ---- Reloads. Each writes another REVISION into both rooms' files, and --watch sees it.

  /** Ways to reload: name → function. */
  reloads = {
    "changed file": () => this.#write(),
    "changed file and entmoot reload": async () => {
      this.#write();
      await this.reload();
    },
    "changed file and SIGHUP": () => {
      this.#write();
      this.#child.kill("SIGHUP");
    },
    "touched file": () => {
      this.#write();
      const now = new Date();
      utimesSync(join(this.#app, "rooms/steady.ts"), now, now);
    },
    "broken and repaired file": async () => {
      writeFileSync(join(this.#app, "rooms/steady.ts"), "export const topic = ;\n");
      await this.reload(); // Reports the error and keeps the old code.
      this.#write();
    },
    "changed limit": () => {
      const file = join(this.#app, "entmoot.config.ts");
      const share = (0.05 + (this.revision % 2) * 0.005).toFixed(3);
      writeFileSync(file, readFileSync(file, "utf8").replace(/cpuShare: [\d.]+/, `cpuShare: ${share}`));
      this.#write();
    },
  };

  #write() {
    this.revision += 1;
    for (const name of ["steady", "hostile"]) {
      const original = readFileSync(fileURLToPath(new URL(`app/rooms/${name}.ts`, import.meta.url)), "utf8");
      writeFileSync(join(this.#app, `rooms/${name}.ts`), original.replace("REVISION = 0", `REVISION = ${this.revision}`));
    }
  }

  /** Runs a command of `entmoot` for this app. Gives its output, also if it fails. */
  async #call(verb, ...more) {
    const line = [verb, this.#app, ...more];
    try {
      return (await promisify(execFile)(command, line, { env: this.#environment, timeout: COMMAND_WITHIN_MS })).stdout;
    } catch (error) {
      if (error.killed) throw new Error(`entmoot ${verb} did not end within ${COMMAND_WITHIN_MS} ms`);
      return error.stdout;
    }
  }
}
