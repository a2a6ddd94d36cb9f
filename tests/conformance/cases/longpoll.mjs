// SPDX-License-Identifier: MIT
//
// The same protocol over HTTP requests. The window of the fixture is one second.

import { $, a, any, beat, ends, heartbeat, hex, http, join, OK, ok, poll, reply, T, waits } from "../verbs.mjs";

const JSON_HEADERS = {
  "content-type": "application/json; charset=utf-8",
  "access-control-allow-origin": "*",
  "cache-control": "no-store",
};
const joined = [poll.opens(), poll.posts(join("1")), poll.gets(reply("1", "1", T, OK))];
const forbidden = (title, query, headers = {}) => ({
  id: "89",
  title: `${title} is a 403 in the body`,
  steps: [http("GET", `/socket/longpoll?${query}`, { headers, json: { status: 403 } })],
});
const lost = (as) => ({ status: 410, token: $(as), messages: [] });

export const longpoll = [
  {
    id: "82",
    title: "a session opens with 410 and a token",
    steps: [http("GET", "/socket/longpoll?vsn=2.0.0&", { answer: JSON_HEADERS, json: lost("TOKEN") })],
  },
  {
    id: "82",
    title: "V1 is spoken as well",
    steps: [
      poll.opens("/socket/longpoll?"),
      http("POST", "/socket/longpoll?token={TOKEN}", {
        body: `{"topic":"${T}","event":"phx_join","payload":{},"ref":"1"}`,
        json: { status: 200 },
      }),
      poll.gets({ topic: T, event: "phx_reply", payload: OK, ref: "1" }),
    ],
  },
  {
    id: "83",
    title: "a poll that hears nothing ends with 204 after the window",
    steps: [
      poll.opens(),
      http("GET", poll.path(), {
        answer: JSON_HEADERS,
        after: 900,
        json: { status: 204, token: $("TOKEN"), messages: [] },
      }),
    ],
  },
  {
    id: "84",
    title: "several messages of one POST are answered in order",
    steps: [
      poll.opens(),
      poll.posts(join("1"), ["1", "2", T, "echo", { a: 1 }], heartbeat("3")),
      poll.gets(reply("1", "1", T, OK), reply("1", "2", T, ok({ a: 1 })), beat("3")),
    ],
  },
  {
    id: "84",
    title: "what was polled once is not polled again",
    steps: [joined, poll.finds({ status: 204, token: $("TOKEN"), messages: [] })],
  },
  {
    id: "85",
    title: "a waiting poll ends as soon as there is a message",
    steps: [
      joined,
      http("GET", poll.path(), { as: "waiting" }),
      waits(100),
      poll.posts(["1", "2", T, "ok", {}]),
      ends("waiting", { json: { status: 200, token: $("TOKEN"), messages: [reply("1", "2", T, OK)] } }),
    ],
  },
  {
    id: "85",
    title: "of two polls the later gets the message and the earlier ends with 204",
    steps: [
      joined,
      http("GET", poll.path(), { as: "earlier" }),
      waits(100),
      http("GET", poll.path(), { as: "later" }),
      ends("earlier", { json: { status: 204, token: $("TOKEN"), messages: [] } }),
      poll.posts(["1", "2", T, "ok", {}]),
      ends("later", { json: { status: 200, token: $("TOKEN"), messages: [reply("1", "2", T, OK)] } }),
    ],
  },
  {
    id: "85",
    title: "a broadcast of a WebSocket client reaches the poll",
    steps: [
      joined,
      a.joins("9"),
      a.sends(["9", "2", T, "shout_from", { a: 1 }]),
      a.sees(reply("9", "2", T, OK)),
      poll.gets([null, null, T, "shout", { a: 1 }]),
    ],
  },
  ...["text/plain", "application/json", "application/x-ndjson; charset=utf-8", null].map((type) => ({
    id: "86",
    title: `a body of type ${type ?? "unknown"} is one message`,
    steps: [
      poll.opens(),
      http("POST", poll.path(), {
        headers: { "Content-Type": type },
        body: `["1","1","${T}","phx_join",{}]`,
        json: { status: 200 },
      }),
      poll.gets(reply("1", "1", T, OK)),
    ],
  })),
  {
    id: "87",
    title: "an entry in base64 is a binary message",
    steps: [
      joined,
      poll.posts(hex(`00 01 01 |"${T}"| 07 "1" "2" "${T}" "noreply"`), ["1", "3", T, "ok", {}]),
      poll.gets(reply("1", "3", T, OK)),
    ],
  },
  {
    id: "87",
    title: "a binary heartbeat in base64 is answered",
    steps: [poll.opens(), poll.posts(hex('00 00 01 07 09 "2" "phoenix" "heartbeat"')), poll.gets(beat("2"))],
  },
  ...["", "&token=nonsense"].map((token) => ({
    id: "88",
    title: `a POST with ${token === "" ? "no" : "a bad"} token is a 410 without a token`,
    steps: [
      http("POST", `/socket/longpoll?vsn=2.0.0${token}`, {
        headers: { "Content-Type": "application/x-ndjson" },
        body: '[null,"1","phoenix","heartbeat",{}]',
        answer: JSON_HEADERS,
        json: { status: 410 },
      }),
    ],
  })),
  {
    id: "88",
    title: "a poll with a bad token opens a new session",
    steps: [
      http("GET", "/socket/longpoll?vsn=2.0.0&token=nonsense", { json: lost("TOKEN") }),
      poll.posts(heartbeat("1")),
      poll.gets(beat("1")),
    ],
  },
  forbidden("a refused connect", "vsn=2.0.0&reject=1"),
  forbidden("a connect refused with a reason", "vsn=2.0.0&reject=2"),
  forbidden("an unknown version", "vsn=123.1.1"),
  forbidden("a foreign Origin", "vsn=2.0.0", { Origin: "https://evil.test" }),
  ...["OPTIONS", "POST"].map((method) => ({
    id: "89",
    title: `a foreign Origin is a 403 in the body for ${method} too`,
    steps: [
      http(method, "/socket/longpoll?vsn=2.0.0", { headers: { Origin: "https://evil.test" }, json: { status: 403 } }),
    ],
  })),
  {
    id: "89",
    title: "an allowed Origin opens a session",
    steps: [
      http("GET", "/socket/longpoll?vsn=2.0.0", { headers: { Origin: "https://example.com" }, json: lost("TOKEN") }),
    ],
  },
  {
    id: "90",
    title: "of 101 entries the first hundred are taken and the last is not",
    steps: [
      poll.opens(),
      poll.posts(...Array.from({ length: 101 }, (_, i) => heartbeat(String(i + 1)))),
      poll.gets(...Array.from({ length: 100 }, (_, i) => beat(String(i + 1)))),
      poll.finds({ status: 204, token: $("TOKEN"), messages: [] }),
    ],
  },
  {
    id: "91",
    title: "a malformed message is not acknowledged",
    steps: [poll.opens(), http("POST", poll.path(), { body: "{oops", json: { status: { $either: [408, 410] } } })],
  },
  {
    id: "92",
    title: "the token may be in a header, which wins over a stale one in the query",
    steps: [
      poll.opens(),
      http("POST", "/socket/longpoll?vsn=2.0.0&token=stale", {
        headers: { "x-phoenix-longpoll-token": "{TOKEN}", "Content-Type": "application/x-ndjson" },
        body: '[null,"1","phoenix","heartbeat",{}]',
        json: { status: 200 },
      }),
      http("GET", "/socket/longpoll?vsn=2.0.0", {
        headers: { "x-phoenix-longpoll-token": "{TOKEN}" },
        json: { status: 200, token: $("TOKEN"), messages: [beat("1")] },
      }),
    ],
  },
  {
    id: "92",
    title: "an auth token comes in a header when the session opens",
    steps: [
      http("GET", "/socket/longpoll?vsn=2.0.0&", { headers: { "X-Phoenix-AuthToken": "sek" }, json: lost("TOKEN") }),
      poll.posts(join("1"), ["1", "2", T, "params", {}]),
      poll.gets(reply("1", "1", T, OK), reply("1", "2", T, ok({ params: any, auth_token: "sek" }))),
    ],
  },
  {
    id: "93",
    title: "a preflight is answered with what it asks for",
    steps: [
      http("OPTIONS", "/socket/longpoll?vsn=2.0.0", {
        headers: { "Access-Control-Request-Headers": "x-one, x-two", Origin: "https://example.com" },
        text: "",
        answer: {
          "access-control-allow-origin": "*",
          "access-control-allow-headers": "x-one, x-two",
          "access-control-allow-methods": "get, post, options",
          "access-control-max-age": "3600",
        },
      }),
    ],
  },
  {
    id: "94",
    title: "a session that nobody polls ends, and its channels with it",
    steps: [
      poll.opens(),
      poll.posts(join("1")),
      a.joins("9"),
      waits(3600),
      poll.postsFor(410, heartbeat("1")),
      a.sends(["9", "2", T, "shout", {}]),
      a.sees([null, null, T, "shout", {}], reply("9", "2", T, OK)),
    ],
  },
  {
    id: "94",
    title: "a session that is polled lives",
    steps: [
      joined,
      ...Array.from({ length: 4 }, () => poll.finds({ status: 204, token: $("TOKEN"), messages: [] })),
      poll.posts(["1", "5", T, "ok", {}]),
      poll.gets(reply("1", "5", T, OK)),
    ],
  },
  {
    id: "95",
    title: "a disconnect ends the session; the waiting poll is a 204, the next a new session",
    steps: [
      poll.opens("/socket/longpoll?vsn=2.0.0&id=u-@case&"),
      poll.posts(join("1")),
      poll.gets(reply("1", "1", T, OK)),
      a.joins(),
      http("GET", poll.path(), { as: "waiting" }),
      waits(100),
      a.sends(["1", "2", T, "kick", { id: "u-@case" }]),
      ends("waiting", { json: { status: 204, token: $("TOKEN"), messages: [] } }),
      http("GET", poll.path(), { json: { status: 410, token: $("NEW"), messages: [] } }),
      http("POST", "/socket/longpoll?vsn=2.0.0&token={NEW}", {
        body: '[null,"1","phoenix","heartbeat",{}]',
        json: { status: 200 },
      }),
    ],
  },
  ...["DELETE", "PUT", "PATCH"].map((method) => ({
    id: "96",
    title: `${method} is a bad request`,
    steps: [http(method, "/socket/longpoll?vsn=2.0.0", { status: 400 })],
  })),
  { id: "96", title: "HEAD is a bad request", steps: [http("HEAD", "/socket/longpoll?vsn=2.0.0", { status: 400 })] },
  {
    id: "11.4",
    title: "a leave in a POST is answered in the poll, with its close",
    steps: [
      joined,
      poll.posts(["1", "2", T, "phx_leave", {}]),
      poll.gets(reply("1", "2", T, OK), ["1", "1", T, "phx_close", {}]),
    ],
  },
  {
    id: "11.4",
    title: "a slow join is done when its POST is acknowledged",
    steps: [
      poll.opens(),
      http("POST", poll.path(), {
        headers: { "Content-Type": "application/x-ndjson" },
        lines: [join("1", "room:slow"), ["1", "2", "room:slow", "ok", {}]],
        after: 450,
        json: { status: 200 },
      }),
      poll.gets(reply("1", "1", "room:slow", OK), reply("1", "2", "room:slow", OK)),
    ],
  },
  {
    id: "11.6",
    title: "bytes that a server sends have no place in a poll, and do not break it",
    deviation: "Phoenix answers 500 and loses what waits",
    steps: [
      joined,
      a.joins("9"),
      poll.posts(["1", "2", T, "echo", { before: 1 }]),
      a.sends(["9", "2", T, "bshout", {}]),
      a.sees(hex(`02 |"${T}"| 06 "${T}" "bshout" 09 08 07`)),
      poll.posts(["1", "3", T, "echo", { after: 1 }]),
      poll.gets(reply("1", "2", T, ok({ before: 1 })), reply("1", "3", T, ok({ after: 1 }))),
    ],
  },
  {
    id: "15",
    title: "path variables are parameters of a long-poll as well",
    steps: [
      http("GET", "/vars/one/longpoll/two?vsn=2.0.0&", { json: lost("TOKEN") }),
      http("POST", "/vars/one/longpoll/two?vsn=2.0.0&token={TOKEN}", {
        headers: { "Content-Type": "application/x-ndjson" },
        lines: [join("1"), ["1", "2", T, "params", {}]],
        json: { status: 200 },
      }),
      {
        verb: "gets",
        path: "/vars/one/longpoll/two?vsn=2.0.0&token={TOKEN}",
        frames: [
          reply("1", "1", T, OK),
          reply("1", "2", T, ok({ params: { a: "one", b: "two", vsn: "2.0.0" }, auth_token: null })),
        ],
      },
    ],
  },
  {
    id: "18.11",
    title: "blank lines in a POST are ignored",
    steps: [poll.opens(), poll.posts(heartbeat("1"), "", heartbeat("2"), ""), poll.gets(beat("1"), beat("2"))],
    deviation: "Phoenix ends the session with 408",
  },
  {
    id: "18.11",
    title: "an entry that is neither a message nor base64 is an error, and the session lives",
    steps: [
      poll.opens(),
      http("POST", poll.path(), { headers: { "Content-Type": "application/x-ndjson" }, body: "!!!", status: 400 }),
      poll.posts(heartbeat("1")),
      poll.gets(beat("1")),
    ],
    deviation: "Phoenix answers HTTP 500",
  },
];
