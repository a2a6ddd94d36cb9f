// SPDX-License-Identifier: MIT
//
// Parts of the page that need no browser, and the bundles as the server embeds them.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import vm from "node:vm";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));

async function part(name) {
  const { outputFiles } = await build({
    entryPoints: [`${root}/apps/chat_room/priv/page/${name}.ts`],
    bundle: true,
    write: false,
    format: "esm",
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

const { continuation } = await part("history");
const messages = (...numbers) => numbers.map((n) => ({ sender: "s", text: `${n}`, timestamp: n }));

test("a history that goes on where the screen ends adds only what is new", () => {
  assert.deepEqual(continuation(messages(1, 2), messages(1, 2, 3, 4)), { continues: true, news: messages(3, 4) });
  assert.deepEqual(continuation(messages(1, 2), messages(1, 2)), { continues: true, news: [] });
  assert.deepEqual(continuation([], messages(1)), { continues: true, news: messages(1) });
  assert.deepEqual(continuation([], []), { continues: true, news: [] });
});

test("a history that has lost its oldest messages still goes on", () => {
  assert.deepEqual(continuation(messages(1, 2, 3), messages(2, 3, 4)), { continues: true, news: messages(4) });
  assert.deepEqual(continuation(messages(1, 2, 3), messages(3)), { continues: true, news: [] });
});

test("a screen that shows only the end of a history goes on", () => {
  assert.deepEqual(continuation(messages(3, 4), messages(1, 2, 3, 4, 5)), { continues: true, news: messages(5) });
});

test("a history that knows nothing of the screen is a new one", () => {
  assert.deepEqual(continuation(messages(1, 2), []), { continues: false, news: [] });
  assert.deepEqual(continuation(messages(1, 2), messages(7, 8)), { continues: false, news: messages(7, 8) });
  assert.deepEqual(continuation(messages(1, 2), messages(1, 3)), { continues: false, news: messages(1, 3) });
});

test("a name looks the same on every screen, and names look different", async () => {
  const { looksOf, someName } = await part("names");
  assert.deepEqual(looksOf("Old Birch"), looksOf("Old Birch"));
  const looks = new Set(Array.from({ length: 400 }, () => JSON.stringify(looksOf(someName()))));
  assert.ok(looks.size >= 20, `only ${looks.size} of 36 looks`);
});

test("a room's name comes from the address, however it is written there", async () => {
  const { addressOf, roomInAddress, roomNamed } = await part("address");
  const at = (search, hash = "") => roomInAddress({ search, hash });
  assert.equal(at(""), "general");
  assert.equal(at("?room=oak"), "oak");
  assert.equal(at("", "#oak"), "oak");
  assert.equal(at("", "#100%"), "100%");
  assert.equal(at("?room=%20"), "general");
  assert.equal(roomNamed(" #oak "), "oak");
  assert.equal(roomNamed("x".repeat(500)).length, 100);
  for (const name of ["a b", "ü/&=#?", "100%", "+"]) assert.equal(at(addressOf(name).slice(1)), name);
});

test("the TypeScript remover runs where there is nothing but the language", () => {
  const context = vm.createContext(Object.create(null));
  vm.runInContext(readFileSync(`${root}/build/page/sucrase.js`, "utf8"), context);
  const strip = (code) => {
    context.code = code;
    return vm.runInContext(
      "sucrase.transform(code, {transforms: ['typescript'], disableESTransforms: true}).code",
      context,
    );
  };
  const source = [
    "interface Message { text: string }",
    "enum Kind { one = 1, two }",
    "import type { Never } from 'nowhere';",
    "class Box<T> { constructor(private readonly held: T) {} get(): T { return this.held; } }",
    "export const all = [new Box<number>(Kind.two).get()] satisfies number[];",
  ].join("\n");
  const code = strip(source);
  assert.equal(code.split("\n").length, source.split("\n").length, "a line number of an error has to stay true");
  assert.equal(vm.runInNewContext(`${code.replace("export const all", "globalThis.all")}; all[0]`), 2);
  assert.throws(() => strip("const x: = 5;"), /Unexpected token/);
});

test("bundling again writes nothing", () => {
  const times = () =>
    readdirSync(`${root}/build/page`)
      .filter((name) => name !== ".stamp")
      .map((name) => [name, statSync(`${root}/build/page/${name}`).mtimeMs]);
  const before = times();
  execFileSync(process.execPath, ["scripts/bundle_page.mjs", "build/page"], { cwd: root });
  assert.deepEqual(times(), before);
});
