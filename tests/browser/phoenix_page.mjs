// SPDX-License-Identifier: MIT
//
// The script of a page that runs the scenarios: bundled once for each version of phoenix.js, with that version in the
// place of "phoenix". Its test file calls what it leaves in `conformance`.

import * as phoenix from "phoenix";
import { same } from "../conformance/expect.mjs";
import { fresh, until } from "../conformance/phoenix_client.mjs";
import { scenarios } from "../conformance/phoenix_scenarios.mjs";
import { World } from "../conformance/world.mjs";

// What a page cannot do is done by the test file, under `callBackstage`.
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

/** One scenario, to its end; fails as it does. */
async function run(title, where) {
  const world = open(where);
  try {
    await scenarios.find((scenario) => scenario.title === title).run(world);
  } finally {
    world.close();
  }
}

window.conformance = { open, run, same, fresh, until };
