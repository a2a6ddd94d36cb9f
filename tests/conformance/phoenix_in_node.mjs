// SPDX-License-Identifier: MIT
//
// The real phoenix.js in Node: its versions, and the browser globals that each needs.

import "./browser_globals.mjs";
import { WebSocket } from "ws";
import * as phoenix_1_7_20 from "phoenix-1.7.20";
import * as phoenix_1_8_16 from "phoenix-1.8.16";
import * as phoenix_1_8_5 from "phoenix-1.8.5";

export { WebSocket };
export const versions = { "1.7.20": phoenix_1_7_20, "1.8.5": phoenix_1_8_5, "1.8.16": phoenix_1_8_16 };

/** What phoenix.js remembers in for the time of a tab. */
export class SessionStorage {
  #items = new Map();

  getItem(key) {
    return this.#items.get(key) ?? null;
  }

  setItem(key, value) {
    this.#items.set(key, value);
  }
}

/** As much of a browser's XMLHttpRequest as phoenix.js 1.7 needs to poll; it knows no fetch. */
export class XhrOverFetch {
  readyState = 0;
  status = 0;
  responseText = "";
  timeout = 0;
  #request = { headers: {} };
  #controller = new AbortController();

  open(method, url) {
    this.#request.method = method;
    this.url = url;
  }

  setRequestHeader(name, value) {
    this.#request.headers[name] = value;
  }

  async send(body) {
    const late = this.timeout > 0 && setTimeout(() => this.ontimeout?.(), this.timeout);
    try {
      const response = await fetch(this.url, { ...this.#request, body, signal: this.#controller.signal });
      this.responseText = await response.text();
      this.status = response.status;
      this.readyState = 4;
      this.onreadystatechange?.();
    } catch {
      if (!this.#controller.signal.aborted) this.onerror?.();
    } finally {
      clearTimeout(late);
    }
  }

  abort() {
    this.#controller.abort();
  }
}
