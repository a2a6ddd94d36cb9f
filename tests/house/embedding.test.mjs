// SPDX-License-Identifier: MIT
//
// The C++ of docs/embedding.md compiles. All blocks are one source, in the namespace of the chat that the page explains;
// the compiler's errors name the page's lines.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const page = "docs/embedding.md";

const headers = [
  ..."base/embedded base/guarded base/log base/weak_this core/effects core/per_shard core/worker node/node".split(" "),
  ..."otp/dynamic_supervisor phoenix/jwt phoenix/token runtime/js_server testing/channel_test".split(" "),
  ..."testing/manual_clock web/local_client".split(" "),
].map((name) => `<entmoot/${name}.hpp>`);
const standard_headers = "charconv chrono ctime functional future memory string string_view system_error vector".split(" ");
const chat_headers = "chat_room endpoint message room room_channel user_socket".split(" ").map((name) => `"chat_room/${name}.hpp"`);
const other_headers = ["<boost/json/parse.hpp>", "<doctest/doctest.h>", "<fmt/format.h>"];

/** What a block is, by how it begins; `needs` is what the page leaves out. */
const declarations = (needs = "") => ({ before: needs, after: "" });
const statements = (parameters, result) => ({
  before: `${result ? "Result<Client>" : "void"} block(${parameters}) {`,
  after: result ? `return ${result}; }` : "}",
});
const contexts = [
  ["node.shards().map_reduce", statements("Node& node, Rooms& rooms, Responder responder")],
  ["class ChatRoom", declarations()],
  ["class UserSocket final : public entmoot::UserSocket {\n public:\n  UserSocket(", declarations()],
  ["Channel::HandleResult RoomChannel::", "members"],
  ["Result<ActorRef> Rooms::", "members"],
  ["EndpointSocket socket;", {
    before: `std::span<const EmbeddedFile> chat_room_page(); ReplyTo respond_with_state(Responder, bool);
      void block(Node& node, Rooms& rooms, const UserSocket& user_socket) {`,
    after: "}",
  }],
  ["class UserSocket final : public entmoot::UserSocket {\n public:\n  explicit", declarations(
    `extern const std::string secret;
     struct RoomChannel : Channel { JoinResult join(std::string_view, const Payload&) override { return Ok{}; } };`,
  )],
  ["const JwtVerifier", statements("std::string document, std::string token, Client client", "client")],
  ["Handlers handlers;", {
    before: "Result<JsonText> load(const JsonText&); void block(Worker& worker, Node& node) {",
    after: "}",
  }],
  ["// In a turn:", statements("int& counter")],
  ["HttpResponse response_of", declarations()],
  ["const Result<Json> settings = guarded", statements("std::string text")],
  ["class Ticker", declarations()],
  ["TEST_CASE", declarations()],
  ["#include", "program"],
];

test("the C++ on the page compiles", { timeout: 120000 }, () => {
  const text = readFileSync(join(repository, page), "utf8");
  const blocks = [...text.matchAll(/^```cpp\n(.*?)^```/gms)].map(({ 1: code, index }, number) => ({
    code,
    number,
    line: text.slice(0, index).split("\n").length + 1,
  }));
  assert.ok(blocks.length >= 10, `${page} has lost its code`);

  const source = [...headers, ...standard_headers.map((name) => `<${name}>`), ...chat_headers, ...other_headers].map((header) => `#include ${header}`);
  source.push("namespace chat_room { using namespace entmoot; }");
  for (const { code, number, line } of blocks) {
    const context = contexts.find(([begins]) => code.startsWith(begins))?.[1];
    assert.ok(context, `${page}:${line}: this block has no context in ${import.meta.url.split("/").pop()}:\n${code}`);
    const placed = `#line ${line} "${page}"\n${code}`;
    if (context === "program") source.push(placed);
    else if (context === "members") source.push(`namespace chat_room {\n${placed}}`);
    else source.push(`namespace chat_room::block_${number} {\n${context.before}\n${placed}${context.after}}`);
  }
  const flags = ["-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Wno-unused", "-Werror", "-Isrc", "-Iapps", "-xc++", "-"];
  const { status, stderr, error } = spawnSync("g++", flags, { cwd: repository, input: source.join("\n"), encoding: "utf8" });
  assert.equal(error, undefined);
  assert.equal(status, 0, stderr);
});
