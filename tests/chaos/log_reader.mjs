// SPDX-License-Identifier: MIT
//
// Reads what the server writes to standard output and standard error, counts it, and can stop reading for a while: the
// pipe fills, and the server must not care.

export class LogReader {
  #streams = [];
  #waiting = []; // {pattern, resolve}
  lines = 0;
  bytes = 0;
  pauses = 0;
  /** Lines that the server says it has dropped. */
  dropped = 0;
  /** Warnings and errors about well-behaved rooms. */
  complaints = [];
  tail = "";

  read(stream) {
    this.#streams.push(stream);
    let rest = "";
    stream.setEncoding("utf8").on("data", (chunk) => {
      this.bytes += chunk.length;
      this.tail = (this.tail + chunk).slice(-8000);
      this.#waiting = this.#waiting.filter(({ pattern, resolve }) => {
        const found = pattern.exec(this.tail);
        if (found !== null) resolve(found);
        return found === null;
      });
      const lines = (rest + chunk).split("\n");
      rest = lines.pop();
      this.lines += lines.length;
      for (const line of lines) this.#consider(line);
    });
  }

  pause() {
    this.pauses += 1;
    for (const stream of this.#streams) stream.pause();
  }

  resume() {
    for (const stream of this.#streams) stream.resume();
  }

  /** Waits until the output matches. */
  match(pattern, withinMs) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ pattern, resolve });
      setTimeout(() => reject(new Error(`no ${pattern} within ${withinMs} ms\n${this.tail}`)), withinMs).unref();
    });
  }

  #consider(line) {
    const dropped = /(\d+) log lines were dropped/.exec(line);
    if (dropped !== null) this.dropped += Number(dropped[1]);
    if (line.includes('"steady:') && / (warning|error|critical) /.test(line)) this.complaints.push(line);
  }
}
