// SPDX-License-Identifier: MIT
//
// The server under test: the one that ENTMOOT_CONFORMANCE_URL names, or the fixture, started on a free port of the
// loopback interface and ended by its pid. ENTMOOT_CONFORMANCE_SERVER names another binary of the fixture.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const BINARY =
  process.env.ENTMOOT_CONFORMANCE_SERVER ??
  fileURLToPath(new URL("../../build/release/tests/conformance_server", import.meta.url));
const READY_WITHIN_MS = 10000;
const STOPPED_WITHIN_MS = 15000; // It promises five seconds; a sanitizer looks for leaks after that.

/** Whether the server is somebody else's: then it is not ended and not restarted. */
export const elsewhere = process.env.ENTMOOT_CONFORMANCE_URL !== undefined;

export class Server {
  #child = null;

  /** The one that most cases share. */
  static async shared() {
    if (!elsewhere) return Server.start();
    const server = new Server();
    server.url = new URL(process.env.ENTMOOT_CONFORMANCE_URL);
    return server;
  }

  /** One that a case may end. */
  static async start(port = 0) {
    const server = new Server();
    await server.#spawn(port);
    return server;
  }

  /** SIGTERM. An error if the server ends in any way but the regular one: a crash, a finding of a sanitizer, too late. */
  async stop() {
    if (this.#child === null) return;
    const child = this.#child;
    this.#child = null;
    const exit = child.exitCode === null && child.signalCode === null && once(child, "exit");
    child.kill("SIGTERM");
    const late = setTimeout(() => child.kill("SIGKILL"), STOPPED_WITHIN_MS);
    await exit;
    clearTimeout(late);
    if (child.exitCode !== 0) throw new Error(`the server ended with ${child.exitCode ?? child.signalCode}`);
  }

  async startAgain() {
    await this.#spawn(Number(this.url.port));
  }

  async #spawn(port) {
    const child = spawn(BINARY, ["--port", String(port)], { stdio: ["ignore", "pipe", "inherit"] });
    this.#child = child;
    const atExit = () => child.kill("SIGKILL");
    process.once("exit", atExit);
    child.once("exit", () => process.off("exit", atExit));
    let output = "";
    await new Promise((resolve, reject) => {
      const fail = (why) => reject(new Error(`${BINARY} ${why}\n${output}`));
      const late = setTimeout(() => fail("said nothing of a port"), READY_WITHIN_MS);
      child.stdout.setEncoding("utf8").on("data", (chunk) => {
        output += chunk;
        const found = /http:\/\/localhost:(\d+)/.exec(output);
        if (found === null) return;
        clearTimeout(late);
        this.url = new URL(`http://127.0.0.1:${found[1]}`);
        resolve();
      });
      child.once("error", (error) => fail(`cannot be started: ${error.message}`));
      child.once("exit", (code, signal) => fail(`ended with ${code ?? signal} before it was ready`));
    });
  }
}
