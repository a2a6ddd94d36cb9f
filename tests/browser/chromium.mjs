// SPDX-License-Identifier: MIT
//
// Debian's Chromium with an empty profile, or the browser that ENTMOOT_CHROMIUM names. It asks nobody but the tests'
// own servers: what it would do on the network by itself is off.

import { chromium } from "playwright-core";

export function launchChromium(...args) {
  return chromium.launch({
    executablePath: process.env.ENTMOOT_CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...args,
    ],
  });
}
