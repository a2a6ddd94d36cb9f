// SPDX-License-Identifier: MIT
//
// A bystander in a process of its own, so that the attacker's work does not delay its clock: a client of a quiet room that
// sends a message every 10 ms, whether or not the previous ones have been answered. Started with fork(): the arguments are
// the port and the topic. It reports over IPC: "ready" when the quiet room has answered for a while, then, after any
// message from the parent, what it has experienced since the previous one:
//
//   n, p50, p99, max   replies, and the time to them in ms; a message that is never answered counts with its age
//   lost               messages without a reply although the bystander waited for two seconds
//   disturbed          what must not happen to a bystander: the room was replaced, refused a message or the connection ended
//   late               ms by which a timer of this process was late at most: the share of the machine itself

import { Client } from "./client.mjs";

const INTERVAL_MS = 10;
const WARM_UP = 10;
const WAIT_MS = 2000;

const [port, topic] = [Number(process.argv[2]), process.argv[3]];
const client = await Client.connect(port);
await client.join(topic);

let times = [];
let disturbed = [];
let late = 0;
let waiting = new Set(); // the times at which messages were sent that have no reply yet
let last = 0;
let ticked = performance.now();

client.onMessage = ([, , where, event]) => {
  if (where === topic && event.startsWith("phx_")) disturbed.push(event);
};

async function ask() {
  const start = performance.now();
  waiting.add(start);
  const reply = await client.request(topic, "ping", {}, 60000);
  waiting.delete(start);
  times.push(performance.now() - start);
  if (reply.status !== "ok") disturbed.push(JSON.stringify(reply.response).slice(0, 200));
  else if (reply.response.count !== ++last) disturbed.push(`count ${reply.response.count} instead of ${last}`);
}

const timer = setInterval(() => {
  const now = performance.now();
  late = Math.max(late, now - ticked - INTERVAL_MS);
  ticked = now;
  if (client.closed !== null) return;
  ask().catch((error) => disturbed.push(error.message));
}, INTERVAL_MS);

while (times.length < WARM_UP) await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
times = [];
late = 0;
process.send("ready");

process.on("message", async () => {
  clearInterval(timer);
  const until = performance.now() + WAIT_MS;
  while (waiting.size > 0 && performance.now() < until && client.closed === null) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const lost = waiting.size;
  for (const start of waiting) times.push(performance.now() - start);
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  process.send({ n: times.length, p50: at(0.5), p99: at(0.99), max: at(1), lost, disturbed, late }, () => process.exit());
});
process.once("disconnect", () => process.exit());
