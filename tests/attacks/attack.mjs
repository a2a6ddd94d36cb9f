// SPDX-License-Identifier: MIT
//
// One attack: a server of its own, a bystander in a quiet room of the same thread, and the assertions that hold for every
// attack: the server lives, the bystander's room is the same, no message of the bystander is lost, and none waited long.
//
// The limit of time is generous: the machine may be shared, a reply within 20 ms is the aim, and a server that fails takes
// seconds. The figures are diagnostics of the test. With ENTMOOT_ATTACKS_TABLE=file they are also appended to that file, as
// a row of the table in docs/attacks.md.

import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Client } from "./client.mjs";
import { Server } from "./server.mjs";

const LIMIT_MS = 1000;
const LEAST_MS = 700; // of the bystander's messages, for figures that mean something
const SETTLE_MS = 200; // after the attacker's last step: harm may come after the reply
const TEST_TIMEOUT_MS = 30000;
const neighbourFile = fileURLToPath(new URL("./neighbour.mjs", import.meta.url));
const crowdFile = fileURLToPath(new URL("./crowd.mjs", import.meta.url));

/** A child process of this folder that talks over IPC. */
function child(file, args) {
  const process_ = fork(file, args.map(String), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const answer = async (message) => {
    const got = Promise.race([once(process_, "message"), once(process_, "exit").then(([code]) => Promise.reject(new Error(`${file} ended with ${code}`)))]);
    if (message !== undefined) process_.send(message);
    return (await got)[0];
  };
  return { answer, end: () => process_.kill("SIGKILL") };
}

/**
 * Defines a test. `body` gets `{server, client, connect(), crowd(count, topic, behaviour), note(text)}`.
 * `server`: options of Server.start(). `limit`: the longest time in ms that the bystander may wait. `endsServer`: the body ends
 * the server. `todo`: why the attack succeeds, if that is known; its failure is then reported, but does not fail the suite.
 */
export function attack(name, variant, { server: options = {}, limit = LIMIT_MS, endsServer = false, todo } = {}, body) {
  test(`${name}: ${variant}`, { timeout: TEST_TIMEOUT_MS, todo }, async (t) => {
    const ends = [];
    try {
      const server = await Server.start(options);
      ends.push(() => server.kill());
      const connect = async () => {
        const client = await Client.connect(server.port);
        ends.push(() => client.end());
        return client;
      };
      const neighbour = child(neighbourFile, [server.port, "quiet:bystander"]);
      ends.push(() => neighbour.end());
      await neighbour.answer();
      server.forgetPeak();
      const begin = performance.now();

      await body({
        server,
        client: await connect(),
        connect,
        /** Clients in a process of their own (crowd.mjs), all joined to one topic. */
        crowd: async (count, topic, behaviour = "read") => {
          const crowd = child(crowdFile, [server.port, count, topic, behaviour]);
          ends.push(() => crowd.end());
          await crowd.answer();
          return crowd;
        },
        note: (text) => t.diagnostic(`${variant}: ${text}`),
      });

      if (endsServer) return;
      await rest(Math.max(SETTLE_MS, LEAST_MS - (performance.now() - begin)));
      assert.equal(server.ended, null, `the server ended with ${server.ended}:\n${server.output.slice(-3000)}`);
      const felt = await neighbour.answer("finish");
      assert.equal(server.ended, null, `the server ended with ${server.ended}:\n${server.output.slice(-3000)}`);
      const { peak } = server.memory();
      report(t, name, variant, felt, peak);
      assert.deepEqual(felt.disturbed, [], "the bystander's room was disturbed");
      assert.equal(felt.lost, 0, "messages of the bystander had no reply");
      assert.ok(felt.n > 10, `the bystander sent only ${felt.n} messages: the attack was too short to be seen`);
      assert.ok(felt.max < limit + felt.late, `the bystander waited ${felt.max} ms`);
    } finally {
      for (const end of ends.reverse()) await end();
    }
  });
}

function report(t, name, variant, { n, p50, p99, max, late }, peak) {
  const [a, b, c] = [p50, p99, max].map((ms) => ms.toFixed(1));
  t.diagnostic(`${name} | ${variant}: n ${n}, p50 ${a}, p99 ${b}, max ${c} ms (own delay ${late.toFixed(1)}), peak RSS ${peak.toFixed(0)} MB`);
  const table = process.env.ENTMOOT_ATTACKS_TABLE;
  if (table) appendFileSync(table, `| ${name} | ${variant} | ${n} | ${a} | ${b} | ${c} | ${peak.toFixed(0)} |\n`);
}

/** Waits, for the attacks whose harm takes time; no assertion depends on the length. */
export const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until `condition()` returns something true, and returns it. */
export async function until(condition, what, within = 10000) {
  const end = performance.now() + within;
  for (;;) {
    const value = await condition();
    if (value) return value;
    assert.ok(performance.now() < end, `${what}: not within ${within} ms`);
    await rest(10);
  }
}
