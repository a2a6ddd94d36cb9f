// SPDX-License-Identifier: MIT
//
// Debian's Chromium with an empty profile, or the browser that ENTMOOT_CHROMIUM names. Its own network activity is off, so
// it connects only to the tests' servers.

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
