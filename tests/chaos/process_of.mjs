// SPDX-License-Identifier: MIT
//
// Calls between the run and the processes that it forks: `ask("rest")` in the run calls `rest()` of the process. A process
// ends with the run.

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

export class ProcessOf {
  #child;
  #asked = new Map();
  #ids = 0;

  /** `file` is next to this one; its arguments are passed as JSON. */
  constructor(file, options) {
    this.#child = fork(fileURLToPath(new URL(file, import.meta.url)), [JSON.stringify(options)]);
    this.#child.on("message", ({ id, result, error }) => {
      const { resolve, reject } = this.#asked.get(id);
      this.#asked.delete(id);
      if (error === undefined) resolve(result);
      else reject(new Error(`${file}: ${error}`));
    });
    this.#child.on("exit", (code, signal) => {
      for (const { reject } of this.#asked.values()) reject(new Error(`${file} ended with ${code ?? signal}`));
    });
  }

  get pid() {
    return this.#child.pid;
  }

  ask(what) {
    const id = ++this.#ids;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#child.send({ id, what });
    });
  }

  end() {
    this.#child.kill("SIGKILL");
  }
}

/** In the process: the options, and the functions that the run may call. */
export const options = process.argv[2] === undefined ? {} : JSON.parse(process.argv[2]);

export function answer(functions) {
  process.on("message", async ({ id, what }) => {
    try {
      process.send({ id, result: await functions[what]() });
    } catch (error) {
      process.send({ id, error: error.stack });
    }
  });
  process.on("disconnect", () => process.exit(1));
}
