// SPDX-License-Identifier: MIT
//
// How a WebSocket is opened: versions, the Origin, subprotocols, tokens, the query string.

import { a, http, join, OK, ok, reply, T } from "../verbs.mjs";

const V2 = [a.sends([null, "1", "phoenix", "heartbeat", {}]), a.sees([null, "1", "phoenix", "phx_reply", OK])];
const V1 = [
  a.sends({ topic: "phoenix", event: "heartbeat", payload: {}, ref: "1" }),
  a.sees({ topic: "phoenix", event: "phx_reply", payload: OK, ref: "1" }),
];
const at = (path, options) => a.opens(path, options);
const socket = (query, options) => at(`/socket/websocket?${query}`, options);
const REFUSED = { status: 403, body: "" };
const offering = (...protocols) => ({ headers: { "Sec-WebSocket-Protocol": protocols } });
const selected = (protocol) => ({ answer: { "sec-websocket-protocol": protocol } });
/** The connect parameters as the application has them. */
const params = (expected, auth_token = null) => [
  a.sends(join("1"), ["1", "2", T, "params", {}]),
  a.sees(reply("1", "1", T, OK), reply("1", "2", T, ok({ params: expected, auth_token }))),
];

const origins = [
  ["7", "an allowed Origin", "/socket", "https://example.com", true],
  ["7", "an allowed Origin over http, with a port", "/socket", "http://example.com:4000", true],
  ["7", "another Origin", "/socket", "https://evil.test", false],
  ["7", "an Origin that only begins like an allowed one", "/socket", "https://example.com.evil.test", false],
  ["7", "the Origin null", "/socket", "null", false],
  ["7", "an Origin without a host", "/socket", "file://", false],
  ["7", "an allowed Origin in capitals", "/socket", "https://EXAMPLE.com", true, "Phoenix compares with case"],
  ["8", "a subdomain of a wildcard", "/origins", "https://org1.ex.com", true],
  ["8", "a subdomain of a subdomain of a wildcard", "/origins", "https://a.org1.ex.com", true],
  ["8", "the wildcard's own host", "/origins", "http://ex.com", true],
  ["8", "a host that only ends like a wildcard", "/origins", "https://org1.prefix-ex.com", false],
  ["8", "a listed host", "/origins", "http://exact.test", true],
  ["8", "a subdomain of a listed host", "/origins", "https://org1.exact.test", false],
  ["8", "a listed host and port", "/origins", "https://port.test:8080", true],
  ["8", "a listed host on another port", "/origins", "https://port.test", false],
  ["8", "a listed host and scheme", "/origins", "https://scheme.test", true],
  ["8", "a listed host with another scheme", "/origins", "http://scheme.test", false],
  ["8", "a listed host and scheme on another port", "/origins", "https://scheme.test:444", false],
  ["8", "any Origin where none is checked", "/small", "null", true],
];

export const handshake = [
  {
    id: "1",
    title: "a proper upgrade opens a V2 socket without a subprotocol or an extension",
    steps: [socket("vsn=2.0.0", { answer: { "sec-websocket-protocol": null, "sec-websocket-extensions": null } }), V2],
  },
  { id: "2", title: "no vsn means V1", steps: [socket(""), V1] },
  { id: "2", title: "no query at all means V1", steps: [at("/socket/websocket"), V1] },
  { id: "3", title: "vsn=2.0.1 is V2", steps: [socket("vsn=2.0.1"), V2] },
  { id: "3", title: "vsn=1.0.9 is V1", steps: [socket("vsn=1.0.9"), V1] },
  { id: "3", title: "vsn=1.0.0 is V1", steps: [socket("vsn=1.0.0"), V1] },
  ...["123.1.1", "2.1.0", "1.1.0", "3.0.0"].map((vsn) => ({
    id: "4",
    title: `the unknown version ${vsn} is refused`,
    steps: [socket(`vsn=${vsn}`, REFUSED)],
  })),
  ...["vsn=2", "vsn=abc", "vsn=", "vsn=2.0.0-rc.1", "vsn[]=2.0.0", "vsn%5B%5D=2.0.0"].map((query) => ({
    id: "5",
    title: `${query} is refused`,
    steps: [socket(query, REFUSED)],
  })),
  { id: "6", title: "a refused connect is a 403 without a body", steps: [socket("reject=1&vsn=2.0.0", REFUSED)] },
  {
    id: "6",
    title: "a connect refused with a reason is a 403 without a body",
    steps: [socket("reject=2&vsn=2.0.0", REFUSED)],
  },
  {
    id: "6",
    title: "the version is looked at before the application is asked",
    steps: [socket("reject=1&vsn=9.0.0", REFUSED)],
  },
  ...origins.map(([id, title, mount, Origin, allowed, deviation]) => ({
    id,
    deviation,
    title: `${title} is ${allowed ? "let in" : "refused"}`,
    steps: [
      at(`${mount}/websocket?vsn=2.0.0`, { headers: { Origin }, ...(allowed ? {} : REFUSED) }),
      allowed ? V2 : [],
    ],
  })),
  {
    id: "7",
    title: "a foreign Origin is refused before the version is looked at",
    steps: [socket("vsn=9.0.0", { headers: { Origin: "https://evil.test" }, ...REFUSED })],
  },
  {
    id: "9",
    title: "a request that is no upgrade is told what the connection header lacks",
    steps: [
      http("GET", "/socket/websocket?vsn=2.0.0", {
        headers: { Connection: null },
        status: 400,
        text: /'connection' header must contain 'upgrade'/,
      }),
    ],
  },
  {
    id: "9",
    title: "without an upgrade header the request is told so",
    steps: [
      socket("vsn=2.0.0", {
        headers: { Upgrade: null },
        status: 400,
        body: /'upgrade' header must contain 'websocket'/,
      }),
    ],
  },
  {
    id: "9",
    title: "a refused connect comes before what the headers lack",
    steps: [
      http("GET", "/socket/websocket?vsn=2.0.0&reject=1", { headers: { Connection: null }, status: 403, text: "" }),
    ],
  },
  {
    id: "9",
    title: "keep-alive, Upgrade is an upgrade, in any case",
    steps: [socket("vsn=2.0.0", { headers: { Connection: "keep-alive, uPGRADE", Upgrade: "WebSocket" } }), V2],
  },
  {
    id: "10",
    title: "WebSocket version 12 is a bad request that is told which version is spoken",
    steps: [
      socket("vsn=2.0.0", {
        headers: { "Sec-WebSocket-Version": "12" },
        status: 400,
        body: /'sec-websocket-version' header must equal '13', got \["12"\]/,
      }),
    ],
  },
  {
    id: "10",
    title: "no key is a bad request",
    steps: [socket("vsn=2.0.0", { headers: { "Sec-WebSocket-Key": null }, status: 400 })],
  },
  {
    id: "10",
    title: "POST is a bad request",
    steps: [http("POST", "/socket/websocket?vsn=2.0.0", { status: 400, text: "" })],
  },
  { id: "10", title: "a path below no mount is not found", steps: [http("GET", "/socket/nowhere", { status: 404 })] },
  {
    id: "11",
    title: "a bearer token is decoded and the answer selects phoenix",
    steps: [
      socket("vsn=2.0.0", { ...offering("phoenix, base64url.bearer.phx.c2Vr"), ...selected("phoenix") }),
      params({ vsn: "2.0.0" }, "sek"),
    ],
  },
  {
    id: "11",
    title: "the token may be in the URL's alphabet",
    deviation: "Phoenix answers 500",
    steps: [
      socket("vsn=2.0.0", { ...offering("phoenix, base64url.bearer.phx.Pj8-Pz4_"), ...selected("phoenix") }),
      params({ vsn: "2.0.0" }, ">?>?>?"),
    ],
  },
  {
    id: "11",
    title: "the token may be in the standard alphabet",
    steps: [
      socket("vsn=2.0.0", { ...offering("phoenix, base64url.bearer.phx.Pj8+"), ...selected("phoenix") }),
      params({ vsn: "2.0.0" }, ">?>"),
    ],
  },
  {
    id: "11",
    title: "phoenix alone, without a token, is selected",
    steps: [socket("vsn=2.0.0", { ...offering("phoenix"), ...selected("phoenix") }), params({ vsn: "2.0.0" })],
  },
  {
    id: "11",
    title: "a bearer entry alone is taken, and nothing is selected",
    steps: [
      socket("vsn=2.0.0", { ...offering("base64url.bearer.phx.c2Vr"), ...selected(null) }),
      params({ vsn: "2.0.0" }, "sek"),
    ],
  },
  {
    id: "11",
    title: "of two bearer entries none is taken",
    steps: [
      socket("vsn=2.0.0", {
        ...offering("phoenix, base64url.bearer.phx.c2Vr, base64url.bearer.phx.c2Vr"),
        ...selected("phoenix"),
      }),
      params({ vsn: "2.0.0" }),
    ],
  },
  {
    id: "11",
    title: "a token that is no base64 is a bad request",
    deviation: "Phoenix answers 500",
    steps: [socket("vsn=2.0.0", { ...offering("phoenix, base64url.bearer.phx.!"), status: 400 })],
  },
  {
    id: "12",
    title: "protocols of which none is configured are refused",
    steps: [socket("vsn=2.0.0", { ...offering("mqtt"), ...REFUSED })],
  },
  {
    id: "13",
    title: "a configured protocol is selected",
    steps: [at("/sip/websocket?vsn=2.0.0", { ...offering("sip"), ...selected("sip") }), V2],
  },
  {
    id: "13",
    title: "a configured protocol need not be offered",
    steps: [at("/sip/websocket?vsn=2.0.0", selected(null)), V2],
  },
  {
    id: "13",
    title: "another protocol than the configured is refused",
    steps: [at("/sip/websocket?vsn=2.0.0", { ...offering("mqtt"), ...REFUSED })],
  },
  {
    id: "13",
    title: "of several offered the server's first is selected",
    steps: [at("/sip/websocket?vsn=2.0.0", { ...offering("mqtt, sips, sip"), ...selected("sip") }), V2],
  },
  {
    id: "13",
    title: "protocols may stand in several header lines",
    deviation: "Phoenix reads the first line only",
    steps: [at("/sip/websocket?vsn=2.0.0", { ...offering("mqtt", "sips"), ...selected("sips") }), V2],
  },
  {
    id: "13",
    title: "where no protocol is configured phoenix is selected when offered",
    deviation: "Phoenix selects none, and clients give up",
    steps: [
      at("/small/websocket?vsn=2.0.0", { ...offering("phoenix, base64url.bearer.phx.c2Vr"), ...selected("phoenix") }),
      params({ vsn: "2.0.0" }),
    ],
  },
  {
    id: "14",
    title: "empty segments, nesting and a trailing & are understood",
    steps: [socket("a=1&&n%5Bx%5D=1&vsn=2.0.0&"), params({ a: "1", n: { x: "1" }, vsn: "2.0.0" })],
  },
  {
    id: "14",
    title: "the query string that phoenix.js writes is understood",
    steps: [
      socket("a=b%20c&n%5Bx%5D=1&&arr%5B0%5D=p&arr%5B1%5D=q&t=true&vsn=2.0.0"),
      params({ a: "b c", n: { x: "1" }, arr: { 0: "p", 1: "q" }, t: "true", vsn: "2.0.0" }),
    ],
  },
  {
    id: "14",
    title: "lists and plus signs are understood",
    steps: [socket("l[]=1&l[]=2&p=a+b&vsn=2.0.0"), params({ l: ["1", "2"], p: "a b", vsn: "2.0.0" })],
  },
  {
    id: "15",
    title: "variables of the mount and of the suffix are parameters",
    steps: [at("/vars/one/websocket/two?vsn=2.0.0&c=3"), params({ a: "one", b: "two", c: "3", vsn: "2.0.0" })],
  },
  {
    id: "15",
    title: "a path variable wins over a parameter of its name",
    steps: [at("/vars/one/websocket/two?vsn=2.0.0&a=3"), params({ a: "one", b: "two", vsn: "2.0.0" })],
  },
];
