// SPDX-License-Identifier: MIT
//
// Parts of the page that need no browser, and the bundles that the server embeds.

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
    entryPoints: [`${root}/apps/chat/public/page/${name}.ts`],
    bundle: true,
    write: false,
    format: "esm",
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

const { continuation } = await part("history");
const messages = (...numbers) => numbers.map((n) => ({ sender: "s", text: `${n}`, timestamp: n }));

test("a history that continues the shown messages adds only the new ones", () => {
  assert.deepEqual(continuation(messages(1, 2), messages(1, 2, 3, 4)), { continues: true, news: messages(3, 4) });
  assert.deepEqual(continuation(messages(1, 2), messages(1, 2)), { continues: true, news: [] });
  assert.deepEqual(continuation([], messages(1)), { continues: true, news: messages(1) });
  assert.deepEqual(continuation([], []), { continues: true, news: [] });
});

test("a history without its oldest messages still continues the shown ones", () => {
  assert.deepEqual(continuation(messages(1, 2, 3), messages(2, 3, 4)), { continues: true, news: messages(4) });
  assert.deepEqual(continuation(messages(1, 2, 3), messages(3)), { continues: true, news: [] });
});

test("a history continues a page that shows only its end", () => {
  assert.deepEqual(continuation(messages(3, 4), messages(1, 2, 3, 4, 5)), { continues: true, news: messages(5) });
});

test("a history without the shown messages is a new one", () => {
  assert.deepEqual(continuation(messages(1, 2), []), { continues: false, news: [] });
  assert.deepEqual(continuation(messages(1, 2), messages(7, 8)), { continues: false, news: messages(7, 8) });
  assert.deepEqual(continuation(messages(1, 2), messages(1, 3)), { continues: false, news: messages(1, 3) });
});

test("a name always has the same looks, and different names have different looks", async () => {
  const { looksOf, someName } = await part("names");
  assert.deepEqual(looksOf("Old Birch"), looksOf("Old Birch"));
  const looks = new Set(Array.from({ length: 400 }, () => JSON.stringify(looksOf(someName()))));
  assert.ok(looks.size >= 20, `only ${looks.size} of 36 looks`);
});

test("the room's name is read from every form of address", async () => {
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

/** A setTimeout whose time the test advances. Node's mock timers differ between versions. */
function manualTimers(t) {
  const { setTimeout, clearTimeout } = globalThis;
  const due = new Map();
  let now = 0;
  let last = 0;
  globalThis.setTimeout = (callback, ms) => {
    due.set(++last, { at: now + ms, callback });
    return last;
  };
  globalThis.clearTimeout = (id) => due.delete(id);
  t.after(() => Object.assign(globalThis, { setTimeout, clearTimeout }));
  return {
    tick(ms) {
      now += ms;
      for (const [id, timer] of [...due].sort(([, a], [, b]) => a.at - b.at)) {
        if (timer.at <= now && due.delete(id)) timer.callback();
      }
    },
  };
}

test("the list of people has each name once, the own name first, the others in alphabetical order", async () => {
  const { peopleIn } = await part("who_is_here");
  assert.deepEqual(peopleIn(["Eve", "bob", "Ann", "bob"], "Eve"), ["Eve", "Ann", "bob"]);
  assert.deepEqual(peopleIn(["bob", "Ann"], "Eve"), ["Ann", "bob"]); // The own name only if it is listed.
  assert.deepEqual(peopleIn(["constructor", "__proto__"], "__proto__"), ["__proto__", "constructor"]);
  assert.deepEqual(peopleIn([], "Eve"), []);
});

test("up to two people typing are named, until they stop, send, leave, or pause", async (t) => {
  const { Typing } = await part("typing");
  const timers = manualTimers(t);
  let line = "";
  const typing = new Typing(({ names, words }) => (line = names.join(" and ") + words));
  typing.heard("bob", true);
  assert.equal(line, "bob is typing…");
  timers.tick(3000);
  typing.heard("eve", true);
  assert.equal(line, "bob and eve are typing…");
  typing.heard("ann", true);
  assert.equal(line, "Several people are typing…");
  typing.heard("eve", false);
  assert.equal(line, "bob and ann are typing…");
  timers.tick(999);
  typing.heard("bob", true); // Continues.
  timers.tick(3001);
  assert.equal(line, "bob is typing…");
  typing.ended("eve");
  assert.equal(line, "bob is typing…");
  typing.ended("bob");
  assert.equal(line, "");
  typing.heard("bob", true);
  typing.clear();
  assert.equal(line, "");
  timers.tick(10000);
  assert.equal(line, "");
});

test("the number of people typing that a page tracks is bounded", async (t) => {
  const { Typing } = await part("typing");
  manualTimers(t);
  let changes = 0;
  const typing = new Typing(() => ++changes);
  for (let n = 0; n < 1000; ++n) typing.heard(`name ${n}`, true);
  assert.equal(changes, 20);
});

test("the user's typing is reported at most every two seconds, and its end if nothing was sent", async () => {
  const { OwnTyping } = await part("own_typing");
  let now = 5000;
  let told = [];
  const own = new OwnTyping(
    (typing) => told.push([now, typing]),
    () => now,
  );
  own.wrote(" "); // Only a space: not reported.
  for (; now < 10000; now += 100) own.wrote("x");
  assert.deepEqual(told, [5000, 7000, 9000].map((at) => [at, true]));
  told = [];
  own.wrote("");
  own.wrote("");
  assert.deepEqual(told, [[10000, false]]);
  own.wrote("again"); // Too soon.
  now = 11000;
  own.wrote("again and");
  own.over();
  own.wrote("");
  assert.deepEqual(told.slice(1), [[11000, true]]);
  own.wrote("the next message");
  assert.deepEqual(told.slice(2), [[11000, true]]);
});

test("the tool that reads CommonJS runs without any host API", () => {
  const context = vm.createContext(Object.create(null));
  vm.runInContext(readFileSync(`${root}/build/page/commonjs_lexer.js`, "utf8"), context);
  const lex = (code) => {
    context.code = code;
    return JSON.parse(vm.runInContext("commonJs.lex(code)", context));
  };
  assert.deepEqual(lex("exports.a = 1; module.exports.b = 2;").exports, ["a", "b"]);
  assert.deepEqual(lex("export const a = 1;"), { module: true });
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
