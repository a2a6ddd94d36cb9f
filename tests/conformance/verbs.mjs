// SPDX-License-Identifier: MIT
//
// The vocabulary of the cases. Each function returns a plain value: a step, a piece of a message, or an expectation;
// interpreter.mjs executes them. "@case" in any string stands for a name unique to this run of this case, and
// "{NAME}" in a request for the value that $("NAME") has matched before.

// --- frequent messages

export const T = "room:@case";
export const OK = { status: "ok", response: {} };
export const ok = (response) => ({ status: "ok", response });
export const refused = (reason) => ({ status: "error", response: { reason } });
export const UT = refused("unmatched topic");
export const CRASH = { reason: "channel_crash" };

export const join = (ref, topic = T, payload = {}) => [ref, ref, topic, "phx_join", payload];
export const reply = (join_ref, ref, topic, response) => [join_ref, ref, topic, "phx_reply", response];
export const closed = (join_ref, topic = T) => [join_ref, join_ref, topic, "phx_close", {}];
export const crashed = (join_ref, topic = T) => [join_ref, join_ref, topic, "phx_error", CRASH];
export const heartbeat = (ref) => [null, ref, "phoenix", "heartbeat", {}];
export const beat = (ref) => [null, ref, "phoenix", "phx_reply", OK];

// --- pieces: a plain array or object is JSON in a text frame; these are the others

/** A text frame, as it stands. */
export const text = (value) => ({ $text: value });
/** A binary frame: hexadecimal bytes, "quoted" UTF-8, and |"quoted"| for the one byte that is its size. */
export const hex = (value) => ({ $hex: value });
/** A WebSocket frame made by hand: see wsFrame in wire.mjs. `payload` may be hex(…). */
export const frame = (options) => ({ $frame: options });
/** Bytes that are no frame. */
export const raw = (value) => ({ $raw: value });

// --- expectations inside of JSON

export const any = { $any: true };
/** Anything but null the first time, the same again after that. */
export const $ = (name) => ({ $bind: name });
export const either = (...values) => ({ $either: values });

export const pong = (payload) => ({ $pong: payload });
export const close = (...codes) => ({ $close: codes });

// --- steps

class Speaker {
  #who;
  constructor(who) {
    this.#who = who;
  }
  #step(verb, rest) {
    return { who: this.#who, verb, ...rest };
  }
  /**
   * Opens a WebSocket. `status`, `answer` (headers; null: absent) and `body` are what is expected; `early` are pieces
   * in the request's own segment. A client that sends without opening a socket opens /socket with vsn=2.0.0 first.
   */
  opens(path, { headers = {}, status = 101, answer = {}, body, early = [] } = {}) {
    return this.#step("opens", { path, headers, status, answer, body, early });
  }
  /** All pieces in one segment. */
  sends(...pieces) {
    return this.#step("sends", { pieces });
  }
  /** All pieces, byte by byte. */
  dribbles(...pieces) {
    return this.#step("dribbles", { pieces });
  }
  /** The next frames are these, in this order. */
  sees(...frames) {
    return this.#step("sees", { frames });
  }
  /** The next frames are those of one of these lists. */
  seesOneOf(...lists) {
    return this.#step("seesOneOf", { lists });
  }
  /** No frame within 300 ms. */
  isSilent() {
    return this.#step("isSilent", {});
  }
  /** The next thing is a close with one of these codes; 1000 never is. */
  isClosed(...codes) {
    return this.#step("isClosed", { codes });
  }
  /** The same, whatever frames come before. */
  isClosedEventually(...codes) {
    return this.#step("isClosed", { codes, skipping: true });
  }
  /** Is gone, without a farewell. */
  vanishes() {
    return this.#step("vanishes", {});
  }
  /** Joins and sees that it has. */
  joins(ref = "1", topic = T, payload = {}) {
    return [this.sends(join(ref, topic, payload)), this.sees(reply(ref, ref, topic, OK))];
  }
}

export const a = new Speaker("a");
export const b = new Speaker("b");
export const c = new Speaker("c");

export const waits = (ms) => ({ verb: "waits", ms });

/**
 * An HTTP request and what is expected of the answer: `status`, `answer` (headers), `text` (a string or a pattern) or
 * `json`. Frames in the "messages" of a `json` are written as JSON. `as` names a request that is only sent; ends()
 * awaits it. `after` is the least time in ms that the answer takes.
 */
export const http = (method, path, options = {}) => ({ verb: "http", method, path, ...options });
export const ends = (as, options = {}) => ({ verb: "ends", as, ...options });

const NDJSON = { "Content-Type": "application/x-ndjson" };

/** A long-poll session: its token is bound to {TOKEN}, so that a case has one at a time. */
export const poll = {
  opens: (path = "/socket/longpoll?vsn=2.0.0&") =>
    http("GET", path, { json: { status: 410, token: $("TOKEN"), messages: [] } }),
  path: (more = "") => `/socket/longpoll?vsn=2.0.0&token={TOKEN}${more}`,
  posts: (...pieces) => http("POST", poll.path(), { headers: NDJSON, lines: pieces, json: { status: 200 } }),
  postsFor: (status, ...pieces) => http("POST", poll.path(), { headers: NDJSON, lines: pieces, json: { status } }),
  /** Polls until these have come, in this order. */
  gets: (...frames) => ({ verb: "gets", path: poll.path(), frames }),
  finds: (json) => http("GET", poll.path(), { json }),
};

/** What cannot be said in these words: called with the world of interpreter.mjs. */
export const does = (action) => ({ verb: "does", action });
