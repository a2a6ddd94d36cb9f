// SPDX-License-Identifier: MIT
//
// The ledger of one client: a file with each input that the client has sent and each acknowledgement that it has got, one a
// line, on the disk before the input is sent and before the acknowledgement counts.
//
//   sent TOPIC NUMBER ATTEMPT CONNECTION      acknowledged TOPIC NUMBER ATTEMPT TOTAL

import { fdatasyncSync, openSync, writeSync } from "node:fs";

export class Ledger {
  #file;

  constructor(path) {
    this.#file = openSync(path, "a");
  }

  write(lines) {
    writeSync(this.#file, lines.map((line) => `${line.join(" ")}\n`).join(""));
    fdatasyncSync(this.#file);
  }
}
