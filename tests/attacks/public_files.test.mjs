// SPDX-License-Identifier: MIT
//
// Files below public/ that are no part of the page: the folders of tools, whose names begin with a dot, and files outside
// that a path or a link might lead to.

import assert from "node:assert/strict";
import { once } from "node:events";
import { symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { attack, until } from "./attack.mjs";

const SECRET = "url=https://user:password@host";
const files = {
  "public/index.html": "<p>the page</p>",
  "public/.git/config": SECRET,
  "public/.env": SECRET,
  "public/.well-known/security.txt": "Contact: mailto:a@example.org",
  "public/.well-known/.git/config": SECRET,
  "public/deep/.hidden/more/file.txt": SECRET,
  "public/deep/page.txt": "a part of the page",
  "rooms/.secret.ts": `// ${SECRET}`,
  "secret.txt": SECRET,
};

/** The bytes of the response to a request whose target is sent as it is. */
async function get(server, target) {
  const socket = connect({ port: server.port, host: "127.0.0.1" });
  let text = "";
  socket.on("data", (chunk) => (text += chunk.toString("latin1")));
  socket.on("error", () => {});
  socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost:${server.port}\r\nConnection: close\r\n\r\n`);
  await once(socket, "close");
  return { status: Number(text.slice(9, 12)), text };
}

async function served(server, note, hidden, shown = []) {
  const statuses = {};
  for (const target of hidden) {
    const { status, text } = await get(server, target);
    statuses[target] = status;
    assert.ok(!text.includes("password"), `${target} shows a secret`);
    assert.ok([400, 404].includes(status), `${target} got ${status}`);
  }
  for (const target of shown) assert.equal((await get(server, target)).status, 200, target);
  note(JSON.stringify(statuses));
}

attack("files of tools", "folders and files whose names begin with a dot", { server: { files } }, ({ server, note }) =>
  served(
    server,
    note,
    ["/.git/config", "/.env", "/.well-known/.git/config", "/deep/.hidden/more/file.txt", "/.git", "/.git/"],
    ["/", "/deep/page.txt", "/.well-known/security.txt"],
  ));

attack("files of tools", "the same names, encoded", { server: { files } }, ({ server, note }) =>
  served(server, note, ["/%2egit/config", "/%2Egit%2Fconfig", "/.git%2fconfig", "/%2eenv", "/.env%00", "/.env/", "/./.git/config", "//.git/config", "/deep/..%2f.env", "/.git\\config", "/%252egit/config", "/.ENV", "/.env?x", "/x/../.env"]));

attack("files of tools", "paths out of the folder", { server: { files } }, ({ server, note }) =>
  served(server, note, ["/../secret.txt", "/..%2fsecret.txt", "/%2e%2e/secret.txt", "/deep/../../secret.txt", "/....//secret.txt", "/..\\secret.txt", "/rooms/hostile.ts", "/entmoot.config.ts", "/../entmoot.config.ts", "http://localhost/../secret.txt"]));

attack("files of tools", "links out of the folder that appear while the server runs", { server: { files, args: ["--watch"] } }, async ({ server, note }) => {
  symlinkSync(join(server.folder, "secret.txt"), join(server.folder, "public/link.txt"));
  symlinkSync(server.folder, join(server.folder, "public/all"));
  symlinkSync(join(server.folder, "public/.git"), join(server.folder, "public/visible"));
  writeFileSync(join(server.folder, "public/added.txt"), "a new part of the page");
  server.signal("SIGHUP");
  await until(async () => (await get(server, "/added.txt")).status === 200, "the reload");
  await served(server, note, ["/link.txt", "/all/secret.txt", "/visible/config", "/all/public/.env"]);
});
