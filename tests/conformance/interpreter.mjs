// SPDX-License-Identifier: MIT
//
// Executes the steps of one case (verbs.mjs) against a server. After the last step no client may have a received
// message left that the case did not expect.

import assert from "node:assert/strict";
import { RawSocket } from "./raw_socket.mjs";
import { httpRequest, wsBinary, wsFrame, wsText } from "./wire.mjs";

const SILENCE_MS = 300;
const POLLS_MAX = 20; // Answers of gets() before it gives up.

export class World {
  #server;
  #name;
  #sockets = new Map();
  #requests = new Map();
  #bound = new Map();

  constructor(server, name) {
    this.#server = server;
    this.#name = name;
  }

  get server() {
    return this.#server;
  }

  async run(steps) {
    let number = 0;
    try {
      for (const step of steps.flat(Infinity)) {
        ++number;
        await this.#carryOut(step);
      }
      ++number;
      for (const [who, socket] of this.#sockets)
        assert.deepEqual(
          socket.inbox.filter((one) => !one.end),
          [],
          `${who} was told more than the case expects`,
        );
    } catch (error) {
      error.message = `step ${number}: ${error.message}`;
      throw error;
    } finally {
      for (const socket of this.#sockets.values()) socket.destroy();
      for (const { socket } of this.#requests.values()) socket.destroy();
    }
  }

  async #carryOut(step) {
    const verbs = {
      opens: () => this.#opens(step),
      sends: async () => (await this.socket(step.who)).write(this.#bytes(step.pieces)),
      dribbles: async () => (await this.socket(step.who)).dribble(this.#bytes(step.pieces)),
      sees: async () => {
        const socket = await this.socket(step.who);
        for (const expected of step.frames) this.#check(expected, await socket.next(), step.who);
      },
      seesOneOf: () => this.#seesOneOf(step),
      isSilent: async () => {
        const heard = await (await this.socket(step.who)).next(SILENCE_MS);
        assert.equal(heard, null, `${step.who} was not left in silence: ${JSON.stringify(heard)}`);
      },
      isClosed: () => this.#isClosed(step),
      vanishes: async () => {
        (await this.socket(step.who)).destroy();
        this.#sockets.delete(step.who);
      },
      waits: () => new Promise((resolve) => setTimeout(resolve, step.ms)),
      http: () => this.#http(step),
      ends: () => this.#ends(step),
      gets: () => this.#gets(step),
      does: () => step.action(this),
    };
    await verbs[step.verb]();
  }

  /** The connection of a speaker; opened here if it has not been. */
  async socket(who) {
    if (!this.#sockets.has(who))
      await this.#opens({ who, path: "/socket/websocket?vsn=2.0.0", headers: {}, status: 101, answer: {}, early: [] });
    return this.#sockets.get(who);
  }

  async #opens({ who, path, headers, status, answer, body, early }) {
    const socket = await RawSocket.connect(this.#server.url);
    this.#sockets.get(who)?.destroy();
    this.#sockets.set(who, socket);
    const response = await socket.upgrade(this.name(path), this.name(headers), this.#bytes(early));
    this.#checkResponse({ status, answer, text: body }, response);
  }

  async #seesOneOf({ who, lists }) {
    const socket = await this.socket(who);
    const seen = [];
    let left = lists;
    while (!left.some((list) => list.length === seen.length)) {
      seen.push(await socket.next());
      left = left.filter((list) => this.#fits(() => this.#check(list[seen.length - 1], seen.at(-1), who)));
      if (left.length === 0) assert.fail(`${who} saw none of the allowed sequences, but ${JSON.stringify(seen)}`);
    }
  }

  async #isClosed({ who, codes, skipping = false }) {
    const socket = await this.socket(who);
    let heard;
    do heard = await socket.next();
    while (skipping && heard !== null && heard.close === undefined && !heard.end);
    this.#check({ $close: codes }, heard, who);
    socket.inbox = socket.inbox.filter((one) => one.end);
  }

  async #http(step) {
    const socket = await RawSocket.connect(this.#server.url);
    const body = step.lines === undefined ? step.body : step.lines.map((piece) => this.#line(piece)).join("\n");
    const sent = Buffer.from(this.#filled(this.name(body ?? ""), String));
    const headers = {
      Host: "example.com",
      ...(sent.length > 0 || step.method === "POST" ? { "Content-Length": sent.length } : {}),
      Connection: "close",
      ...step.headers,
    };
    for (const [name, value] of Object.entries(headers))
      if (typeof value === "string") headers[name] = this.#filled(this.name(value), String);
    const path = this.#filled(this.name(step.path), encodeURIComponent);
    const start = performance.now();
    socket.write(httpRequest(step.method, path, headers, sent, step.version));
    this.#requests.set(step.as ?? "last", { socket, method: step.method, start });
    if (step.as === undefined) await this.#ends({ ...step, as: "last" });
  }

  async #ends({ as, after = 0, ...expected }) {
    const { socket, method, start } = this.#requests.get(as);
    const response = await socket.response(method);
    const took = performance.now() - start;
    socket.destroy();
    this.#requests.delete(as);
    this.#checkResponse(expected, response);
    assert.ok(took >= after, `answered after ${Math.round(took)} ms, not after ${after}`);
  }

  async #gets({ path, frames }) {
    const seen = [];
    for (let i = 0; i < POLLS_MAX && seen.length < frames.length; ++i) {
      const socket = await RawSocket.connect(this.#server.url);
      socket.write(httpRequest("GET", this.#filled(path, encodeURIComponent), { Host: "example.com" }));
      const response = JSON.parse((await socket.response("GET")).body);
      socket.destroy();
      assert.ok([200, 204].includes(response.status), `a poll ended with ${JSON.stringify(response)}`);
      seen.push(...response.messages);
    }
    assert.equal(seen.length, frames.length, `polled ${JSON.stringify(seen)}`);
    frames.forEach((expected, i) => this.#check(expected, { text: seen[i] }, "the poll"));
  }

  // --- what is sent

  #bytes(pieces) {
    return Buffer.concat(pieces.map((piece) => this.#piece(piece)));
  }

  #piece(piece) {
    if (piece?.$text !== undefined) return wsText(this.name(piece.$text));
    if (piece?.$hex !== undefined) return wsBinary(this.hexBytes(piece.$hex));
    if (piece?.$raw !== undefined) return Buffer.from(this.name(piece.$raw), "latin1");
    if (piece?.$frame !== undefined) {
      const { payload = "", ...options } = piece.$frame;
      return wsFrame({ ...options, payload: payload?.$hex === undefined ? payload : this.hexBytes(payload.$hex) });
    }
    return wsText(JSON.stringify(this.name(piece)));
  }

  #line(piece) {
    if (typeof piece === "string") return piece;
    if (piece?.$text !== undefined) return this.name(piece.$text);
    if (piece?.$hex !== undefined) return this.hexBytes(piece.$hex).toString("base64");
    return JSON.stringify(this.name(piece));
  }

  hexBytes(mixed) {
    const parts = this.name(mixed).match(/\|"[^"]*"\||"[^"]*"|[0-9a-f]{2}/g) ?? [];
    return Buffer.concat(
      parts.map((part) => {
        if (part.startsWith("|")) return Buffer.from([Buffer.byteLength(part.slice(2, -2))]);
        if (part.startsWith('"')) return Buffer.from(part.slice(1, -1));
        return Buffer.from(part, "hex");
      }),
    );
  }

  /** `value` with this case's own name in place of "@case". */
  name(value) {
    if (typeof value === "string") return value.replaceAll("@case", this.#name);
    if (Array.isArray(value)) return value.map((one) => this.name(one));
    if (value !== null && typeof value === "object")
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [this.name(key), this.name(one)]));
    return value;
  }

  #filled(string, spell) {
    return string.replace(/\{([A-Z]+)\}/g, (whole, name) =>
      this.#bound.has(name) ? spell(this.#bound.get(name)) : whole,
    );
  }

  // --- what is expected

  #check(expected, heard, who) {
    assert.ok(heard !== null, `${who} heard nothing instead of ${JSON.stringify(this.name(expected))}`);
    if (expected.$close !== undefined) {
      assert.ok(heard.close !== undefined, `${who} was not closed but heard ${JSON.stringify(heard)}`);
      assert.ok(expected.$close.includes(heard.close), `${who} was closed with ${heard.close} ${heard.reason}`);
    } else if (expected.$pong !== undefined) {
      assert.deepEqual(heard, { pong: expected.$pong });
    } else if (expected.$text !== undefined) {
      assert.equal(heard.text, this.name(expected.$text));
    } else if (expected.$hex !== undefined) {
      assert.equal(heard.hex, this.hexBytes(expected.$hex).toString("hex"), `${who} heard ${JSON.stringify(heard)}`);
    } else {
      assert.equal(typeof heard.text, "string", `${who} heard ${JSON.stringify(heard)}`);
      assertCompact(heard.text);
      this.#match(expected, JSON.parse(heard.text), "frame", heard.text);
    }
  }

  #checkResponse({ status = 200, answer = {}, text, json }, response) {
    this.#match(status, response.status, "status", `HTTP ${response.status} ${response.body}`);
    for (const [name, value] of Object.entries(answer))
      assert.equal(response.headers[name.toLowerCase()] ?? null, value, `header ${name}`);
    if (text instanceof RegExp) assert.match(response.body, text);
    else if (text !== undefined) assert.equal(response.body, text);
    if (json === undefined) return;
    const actual = JSON.parse(response.body);
    const expected = { ...json };
    if (expected.messages !== undefined) {
      assert.equal(actual.messages?.length, expected.messages.length, response.body);
      expected.messages.forEach((one, i) => this.#check(one, { text: actual.messages[i] }, "the poll"));
      expected.messages = any;
    }
    this.#match(expected, actual, "body", response.body);
  }

  /** Whether `check` passes; if it does not, it has bound nothing. */
  #fits(check) {
    const bound = new Map(this.#bound);
    try {
      check();
      return true;
    } catch {
      this.#bound = bound;
      return false;
    }
  }

  #match(expected, actual, where, whole) {
    const differs = `${where} of ${whole}`;
    if (expected?.$any) return;
    if (expected?.$bind !== undefined) {
      const name = expected.$bind;
      assert.ok(actual !== null && actual !== undefined, differs);
      if (this.#bound.has(name)) assert.deepEqual(actual, this.#bound.get(name), differs);
      this.#bound.set(name, actual);
    } else if (expected?.$either !== undefined) {
      const fits = expected.$either.some((one) => this.#fits(() => this.#match(one, actual, where, whole)));
      assert.ok(fits, differs);
    } else if (Array.isArray(expected)) {
      assert.ok(Array.isArray(actual), differs);
      assert.equal(actual.length, expected.length, differs);
      expected.forEach((one, i) => this.#match(one, actual[i], `${where}[${i}]`, whole));
    } else if (expected !== null && typeof expected === "object") {
      assert.ok(actual !== null && typeof actual === "object" && !Array.isArray(actual), differs);
      assert.deepEqual(Object.keys(actual).sort(), Object.keys(this.name(expected)).sort(), differs);
      for (const [key, one] of Object.entries(expected))
        this.#match(one, actual[this.name(key)], `${where}.${key}`, whole);
    } else {
      assert.deepEqual(actual, this.name(expected), differs);
    }
  }
}

const any = { $any: true };

/** Insignificant white space breaks clients that split on commas by hand. */
function assertCompact(json) {
  assert.ok(!/\s/.test(json.replace(/"(?:[^"\\]|\\.)*"/g, '""')), `not compact: ${json}`);
}
