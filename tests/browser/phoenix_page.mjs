// SPDX-License-Identifier: MIT
//
// The script of a page that runs the scenarios. It is bundled once for each version of phoenix.js, which replaces
// "phoenix". The test file calls the functions in `window.conformance`.

import * as phoenix from "phoenix";
import { same } from "../conformance/expect.mjs";
import { fresh, until } from "../conformance/phoenix_client.mjs";
import { scenarios } from "../conformance/phoenix_scenarios.mjs";
import { World } from "../conformance/world.mjs";

// Actions that a page cannot perform; the test file performs them through `callBackstage`.
const backstage = Object.fromEntries(
  ["startServer", "startUpgradeBreaker", "stop", "startAgain"].map((verb) => [
    verb,
    (...args) => window.callBackstage(verb, args),
  ]),
);

/** `where` names a version, a transport and a server. */
const open = (where) =>
  new World({
    ...where,
    phoenix,
    transports: { WebSocket: window.WebSocket, LongPoll: phoenix.LongPoll },
    backstage,
    sessionStorage: window.sessionStorage,
  });

/** Runs one scenario; throws if it fails. */
async function run(title, where) {
  const world = open(where);
  try {
    await scenarios.find((scenario) => scenario.title === title).run(world);
  } finally {
    world.close();
  }
}

window.conformance = { open, run, same, fresh, until };
