// SPDX-License-Identifier: MIT
//
// Visitors, each with a browser context of their own: they share nothing but the server. Faults that no page may have in
// any test (exceptions, dialogs, console errors, foreign requests, policy violations) are collected, and tidy() fails for
// them.

import assert from "node:assert/strict";

export class Visitors {
  #browser;
  #contexts = [];
  #faults = [];

  constructor(browser) {
    this.#browser = browser;
  }

  /** Opens `url`. `prepare` is called before the page is loaded. */
  async open(url, { prepare, ...options } = {}) {
    const context = await this.#browser.newContext({
      viewport: { width: 1000, height: 700 },
      locale: "en-GB",
      ...options,
    });
    this.#contexts.push(context);
    const page = await context.newPage();
    page.on("pageerror", (error) => this.#faults.push(`thrown: ${error.message}`));
    page.on("dialog", (dialog) => {
      this.#faults.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("console", (message) => {
      // Chromium reports a lost connection, which some tests cause, as an error.
      if (message.type() === "error" && !/WebSocket connection to|ERR_CONNECTION/.test(message.text()))
        this.#faults.push(message.text());
    });
    page.on("request", (request) => {
      const { hostname, protocol } = new URL(request.url());
      if (hostname !== "localhost" && protocol !== "data:") this.#faults.push(`asked ${request.url()}`);
    });
    await page.exposeFunction("reportViolation", (text) => this.#faults.push(`policy: ${text}`));
    await page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) =>
        window.reportViolation(`${event.violatedDirective} ${event.blockedURI}`),
      );
    });
    await prepare?.(page);
    await page.goto(url);
    return page;
  }

  /** Closes all visitors' pages. */
  async leave() {
    for (const context of this.#contexts.splice(0)) await context.close();
  }

  /** Called at the end of a test. */
  async tidy() {
    await this.leave();
    assert.deepEqual(this.#faults.splice(0), []);
  }
}
