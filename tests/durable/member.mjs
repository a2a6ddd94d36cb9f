// SPDX-License-Identifier: MIT
//
// A client that is in several rooms, over one socket of the package phoenix, which reconnects and joins again by itself. In
// each room it numbers its inputs. An input that was not acknowledged when the connection ended may or may not be in the
// room: the reply to the next join lists the numbers that the room has, and the member sends some of the others again and
// gives up the rest. So the room must never have a number twice.

import { Socket, LongPoll } from "phoenix";
import { WebSocket } from "ws";
import { Ledger } from "./ledger.mjs";

const KINDS = ["plain", "plain", "plain", "timer", "interval", "wait", "later", "hold", "free", "throw", "bytes", "big", "send"];
const CRASHES = 0.002; // Of all inputs: they end the room by force, without any effect.
const IN_FLIGHT_MAX = 40; // Per room, without those that the room answers later.

export class Client {
  #socket;
  #ledger;
  members = new Map(); // topic → Member

  /** `world`: {url, serverProcess(), accountOf(topic), random, faults, others}. */
  constructor(name, transport, world) {
    this.name = name;
    this.transport = transport;
    this.world = world;
    this.random = world.random.fork(name);
    this.#ledger = new Ledger(`${world.folder}/${name}.ledger`);
    this.#socket = new Socket(`${world.url.replace("http", "ws")}/socket`, {
      transport: transport === "longpoll" ? LongPoll : WebSocket,
      reconnectAfterMs: () => this.random.between(5, 30),
      rejoinAfterMs: () => this.random.between(5, 30),
      timeout: 15000,
    });
    this.#socket.onClose(() => this.#lost());
    this.#socket.onError(() => this.#lost());
    this.#socket.connect();
  }

  #lost() {
    for (const member of this.members.values()) member.lost();
  }

  get connected() {
    return this.#socket.isConnected();
  }

  enter(topic) {
    this.members.set(topic, new Member(this, this.#socket, this.#ledger, topic));
  }

  async leave(topic) {
    const member = this.members.get(topic);
    this.members.delete(topic);
    await member.leave();
  }

  close() {
    this.#socket.disconnect();
  }
}

class Member {
  #client;
  #ledger;
  #channel;
  #number = 0;
  #connection = null; // {serverProcess, inputs, placed}: from a join to the end of the connection
  #open = new Map(); // number → the input, sent and not acknowledged
  #total = 0; // of the last broadcast

  constructor(client, socket, ledger, topic) {
    this.#client = client;
    this.#ledger = ledger;
    this.topic = topic;
    this.account = client.world.accountOf(topic);
    this.#channel = socket.channel(topic, () => ({
      name: client.name,
      serverProcess: client.world.serverProcess(),
      slow: client.random.next() < 0.2,
    }));
    this.#channel.on("said", (said) => this.#hears(said));
    this.#channel.onError(() => this.lost());
    this.#channel.join().receive("ok", (reply) => this.#joined(reply));
  }

  get joined() {
    return this.#connection !== null && this.#connection.serverProcess === this.#client.world.serverProcess();
  }

  lost() {
    this.#connection = null;
  }

  leave() {
    this.lost();
    return new Promise((resolve) => this.#channel.leave().receive("ok", resolve).receive("timeout", resolve));
  }

  #joined({ total, has }) {
    const serverProcess = this.#client.world.serverProcess();
    const before = this.#connection;
    if (before !== null) this.#client.world.faults.add("joined twice on one connection", this.topic);
    this.#connection = { serverProcess, inputs: [], placed: 0 };
    this.#total = total;
    const present = new Set(has);
    const again = [];
    for (const [number, input] of [...this.#open]) {
      if (present.has(number)) this.#open.delete(number); // It is there, without an acknowledgement.
      // Of this very process: it may still arrive, so that it must not be sent again.
      else if (input.connection.serverProcess === serverProcess) continue;
      else if (this.#client.random.next() < 0.5) again.push(input);
      else this.#open.delete(number); // It is given up.
    }
    if (again.length > 0) this.#send(again.map(({ number, attempt, kind }) => ({ number, attempt: attempt + 1, kind })));
  }

  /** Sends some inputs. */
  talk(count) {
    if (!this.joined || !this.#client.connected || this.#channel.state !== "joined") return;
    if (this.#open.size > IN_FLIGHT_MAX && count < IN_FLIGHT_MAX) return;
    const { random } = this.#client;
    const kind = () => (random.next() < CRASHES ? "crash" : random.pick(KINDS));
    this.#send(Array.from({ length: count }, () => ({ number: ++this.#number, attempt: 1, kind: kind() })));
  }

  #send(inputs) {
    const { world, random, name } = this.#client;
    const connection = this.#connection;
    const all = inputs.map((input, at) => ({ ...input, client: name, connection, at: connection.inputs.length + at, refused: input.kind === "crash" }));
    connection.inputs.push(...all);
    this.#ledger.write(all.map(({ number, attempt }) => ["sent", this.topic, number, attempt, connection.serverProcess]));
    for (const input of all) {
      this.#open.set(input.number, input);
      this.account.sent(input);
      const { number, attempt, kind } = input;
      let payload = { number, attempt, ms: random.between(1, 60) };
      if (kind === "big") payload.text = "ä".repeat(random.between(500, 5000));
      if (kind === "send") payload.to = random.pick(world.topics());
      if (kind === "bytes") payload = new TextEncoder().encode(JSON.stringify(payload)).buffer;
      this.#channel
        .push(kind, payload, 60000)
        .receive("ok", (reply) => this.#acknowledged(input, reply))
        .receive("error", ({ reason }) => this.#failed(input, reason));
    }
  }

  #failed(input, reason) {
    if (input.kind === "throw" && reason.startsWith("{")) return this.#acknowledged(input, JSON.parse(reason));
    input.refused = true; // It may be there nevertheless, for example if its answer came too late.
    const { world } = this.#client;
    if (input.kind === "crash") world.refused.add("the message that ends its room");
    else if (!/^(overloaded|timeout)/.test(reason)) world.faults.add("refused", `${this.topic}: ${input.kind}: ${reason}`);
    else world.refused.add(`${reason}`.replaceAll(/[\d.]+/g, "n"));
  }

  #acknowledged(input, { total, tag, hash }) {
    this.#open.delete(input.number);
    this.#ledger.write([["acknowledged", this.topic, input.number, input.attempt, total]]);
    this.account.saw({ ...input, total, tag, hash, by: "an acknowledgement" });
  }

  #hears(said) {
    if (said.total <= this.#total) {
      this.#client.world.faults.add("broadcast out of order", `${this.topic}: ${said.total} after ${this.#total}`);
    }
    this.#total = said.total;
    this.account.saw({ ...said, by: "a broadcast" });
  }
}
