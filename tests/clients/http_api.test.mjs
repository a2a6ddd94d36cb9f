// SPDX-License-Identifier: MIT
//
// The chat's HTTP API. Invalid requests are a table: each is answered with a 4xx status and a JSON object with the reason
// in `error`.

import assert from "node:assert/strict";
import { request } from "node:http";
import { after, afterEach, before, describe, test } from "node:test";
import { Client, closeClients, freshRoom } from "./chat_client.mjs";
import { ChatServer, isApp } from "./chat_server.mjs";

let server;
before(async () => (server = await ChatServer.start()));
afterEach(closeClients);
after(() => server?.stop());

/** Does not use fetch, which normalizes the path. */
function ask(method, path, { body, headers = {} } = {}) {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port: server.port, method, path, headers, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk) => (text += chunk));
      answer.on("end", () =>
        resolve({ status: answer.statusCode, headers: answer.headers, text, json: () => JSON.parse(text) }),
      );
    });
    asked.once("error", reject);
    asked.end(body);
  });
}

const post = (path, body) =>
  ask("POST", path, {
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });

const options = { timeout: 30000 };

test("a room that nobody has used has no messages", options, async () => {
  const answer = await ask("GET", `/api/rooms/${freshRoom()}`);
  assert.equal(answer.status, 200);
  assert.match(answer.headers["content-type"], /^application\/json/);
  assert.deepEqual(answer.json(), { messageCount: 0, mayKill: true });
});

test("a posted message is returned, counted, kept in the history, and broadcast", options, async () => {
  const id = freshRoom();
  const ann = await new Client(server).join(id);
  const answer = await post(`/api/rooms/${id}/messages`, { sender: "curl", text: "hello 🌳" });
  assert.equal(answer.status, 201);
  const message = answer.json();
  assert.deepEqual([message.sender, message.text, typeof message.timestamp], ["curl", "hello 🌳", "number"]);
  await ann.heard(1);
  assert.deepEqual(ann.live, [message]);
  assert.equal((await ask("GET", `/api/rooms/${id}`)).json().messageCount, 1);
  assert.deepEqual((await new Client(server).join(id)).history, [message]);
});

test("a room's name can contain any character, percent-encoded", options, async () => {
  const id = `a b/ü?${freshRoom()}`;
  const path = `/api/rooms/${encodeURIComponent(id)}`;
  assert.equal((await post(`${path}/messages`, { sender: "s", text: "t" })).status, 201);
  assert.equal((await ask("GET", path)).json().messageCount, 1);
  assert.equal((await new Client(server).join(id)).history.length, 1);
});

test("a killed room starts empty, and killing it twice is not an error", options, async () => {
  const id = freshRoom();
  await post(`/api/rooms/${id}/messages`, { sender: "s", text: "t" });
  for (let n = 0; n < 2; ++n) {
    const answer = await ask("DELETE", `/api/rooms/${id}`);
    assert.deepEqual([answer.status, answer.text], [204, ""]);
    assert.equal((await ask("GET", `/api/rooms/${id}`)).json().messageCount, 0);
  }
});

test("a page of another origin can neither post nor kill", options, async () => {
  const id = freshRoom();
  const body = JSON.stringify({ sender: "s", text: "t" });
  for (const origin of ["http://evil.example", "null", `http://localhost.evil.example:${server.port}`]) {
    assert.equal((await ask("POST", `/api/rooms/${id}/messages`, { body, headers: { origin } })).status, 403);
    assert.equal((await ask("DELETE", `/api/rooms/${id}`, { headers: { origin } })).status, 403);
  }
  const origin = `http://127.0.0.1:${server.port}`;
  assert.equal((await ask("POST", `/api/rooms/${id}/messages`, { body, headers: { origin } })).status, 201);
});

test("callers through a proxy cannot kill a room", options, async () => {
  const id = freshRoom();
  for (const headers of [{ "x-forwarded-for": "192.0.2.1" }, { via: "1.1 proxy" }]) {
    assert.equal((await ask("DELETE", `/api/rooms/${id}`, { headers })).status, 403, JSON.stringify(headers));
    assert.deepEqual((await ask("GET", `/api/rooms/${id}`, { headers })).json(), { messageCount: 0, mayKill: false });
  }
});

test("a request for another host name is refused, whatever it asks for", options, async () => {
  const headers = { host: "rebound.example" };
  for (const [method, path] of [["GET", "/"], ["GET", `/api/rooms/${freshRoom()}`], ["DELETE", `/api/rooms/${freshRoom()}`]]) {
    const answer = await ask(method, path, { headers });
    assert.equal(answer.status, 403, `${method} ${path}`);
    assert.match(answer.text, /behind a proxy/);
  }
});

test("a socket request without an upgrade is answered as in Phoenix", options, async () => {
  const answer = await ask("GET", "/socket/websocket?vsn=2.0.0");
  assert.equal(answer.status, 400);
  assert.match(answer.text, /connection/);
});

describe("an invalid request is answered with a 4xx status and a reason", () => {
  const messages = "/api/rooms/table/messages";
  const good = { sender: "s", text: "t" };
  const table = [
    ["no JSON", "POST", messages, "hello"],
    ["half of JSON", "POST", messages, '{"sender":"s","text":'],
    ["no body", "POST", messages, ""],
    ["a list", "POST", messages, []],
    ["null", "POST", messages, null],
    ["a string", "POST", messages, '"text"'],
    ["no text", "POST", messages, { sender: "s" }],
    ["no sender", "POST", messages, { text: "t" }],
    ["a number for a text", "POST", messages, { sender: "s", text: 5 }],
    ["null for a sender", "POST", messages, { sender: null, text: "t" }],
    ["a list for a text", "POST", messages, { sender: "s", text: ["t"] }],
    ["a text of 4001 characters", "POST", messages, { sender: "s", text: "x".repeat(4001) }],
    ["a method that messages do not have", "PUT", messages, good],
    ["reading messages", "GET", messages],
    ["a method that rooms do not have", "POST", "/api/rooms/table", good],
    ["a room without a name", "GET", "/api/rooms/"],
    ["an unknown path of the API", "GET", "/api/nothing"],
    ["an unknown path", "GET", "/nothing.html"],
    ["a path out of the page", "GET", "/../../etc/passwd"],
    ["a hidden path out of the page", "GET", "/..%2f..%2fetc%2fpasswd"],
    ["a percent sign that means nothing", "GET", "/api/rooms/%zz"],
    ["a name that is not UTF-8", "GET", "/api/rooms/%ff"],
    ["writing to the page", "POST", "/", "x"],
    ["deleting the page", "DELETE", "/"],
  ];
  for (const [what, method, path, body] of table) {
    test(what, options, async () => {
      const answer =
        body === undefined
          ? await ask(method, path)
          : await ask(method, path, {
              body: typeof body === "string" ? body : JSON.stringify(body),
              headers: { "content-type": "application/json" },
            });
      assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status} ${answer.text}`);
      assert.match(answer.headers["content-type"] ?? "", /^application\/json/);
      const { error } = answer.json();
      assert.ok(typeof error === "string" && error !== "", answer.text);
    });
  }

  test("none of them added a message", options, async () => {
    assert.equal((await ask("GET", "/api/rooms/table")).json().messageCount, 0);
    assert.equal((await post(messages, { sender: "s", text: "x".repeat(4000) })).status, 201);
  });
});

test("the page's files are served with a strict content security policy", options, async () => {
  const types = {
    "/": "text/html",
    ...(isApp
      ? { "/app.ts": "text/javascript", "/page/address.ts": "text/javascript", "/entmoot/phoenix.js": "text/javascript" }
      : { "/app.js": "text/javascript" }),
    "/app.css": "text/css",
    "/trees.svg": "image/svg+xml",
    "/logo.svg": "image/svg+xml",
    "/favicon.svg": "image/svg+xml",
  };
  for (const [path, type] of Object.entries(types)) {
    const answer = await ask("GET", path);
    assert.equal(answer.status, 200, path);
    assert.ok(answer.headers["content-type"].startsWith(type), `${path}: ${answer.headers["content-type"]}`);
    assert.equal(answer.headers["x-content-type-options"], "nosniff", path);
  }
  const policy = (await ask("GET", "/?room=any")).headers["content-security-policy"];
  assert.match(policy, /default-src 'self'/);
  assert.doesNotMatch(policy, /unsafe-/);
  const head = await ask("HEAD", "/");
  assert.deepEqual([head.status, head.text], [200, ""]);
});
