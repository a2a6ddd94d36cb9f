// SPDX-License-Identifier: MIT
//
// ARCHITECTURE.md against the code: the files that it names exist, and the functions that it names beside a file occur in
// that file.
//
// A path in backticks is looked for below src/entmoot, below apps and its programs, in the repository's root, and last
// anywhere in the repository. `web/stream` stands for stream.hpp, stream.cpp and so on; a path may be a folder. A
// function, `name()`, belongs to the nearest file before it in the same table row or sentence, or, without one, to the
// first after it. A function without a file in its row or sentence is not checked.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const page = "ARCHITECTURE.md";
const decisions_heading = "Decisions that differ from what one might expect";

const left_out = new Set([".git", "build", "node_modules"]);
const source_endings = ["hpp", "cpp", "h", "c", "js", "ts", "mjs"];
const file_name = new RegExp(`\\.(${[...source_endings, "txt", "md", "json", "cmake", "patch"].join("|")})$`);
const foreign_files = new Set(["phoenix.js"]); // names of other projects that look like files

/** All files and folders of the repository, as paths from its root. */
const files = [];
const folders = [];
(function walk(folder) {
  for (const entry of readdirSync(join(repository, folder), { withFileTypes: true })) {
    if (left_out.has(entry.name)) continue;
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (entry.isDirectory()) {
      folders.push(path);
      walk(path);
    } else {
      files.push(path);
    }
  }
})("");

/** Where a path may begin, in the order in which it is looked for. */
const bases = ["src/entmoot/", "apps/", ...folders.filter((folder) => /^apps\/[^/]+$/.test(folder)).map((folder) => `${folder}/`), ""];

const meant_by = (path) => {
  const wanted = path.replace(/\/$/, "");
  const names = new Set([wanted, ...(file_name.test(wanted) ? [] : source_endings.map((ending) => `${wanted}.${ending}`))]);
  const below = (folder) => files.filter((file) => file.startsWith(`${folder}/`));
  for (const base of bases) {
    const exact = files.filter((file) => file.startsWith(base) && names.has(file.slice(base.length)));
    if (exact.length > 0) return exact;
    if (folders.includes(base + wanted)) return below(base + wanted);
  }
  const anywhere = files.filter((file) => [...names].some((name) => file.endsWith(`/${name}`)));
  if (anywhere.length > 0) return anywhere;
  return folders.filter((folder) => folder.endsWith(`/${wanted}`)).flatMap(below);
};

const texts = new Map();
const text_of = (file) => {
  if (!texts.has(file)) texts.set(file, readFileSync(join(repository, file), "utf8"));
  return texts.get(file);
};

const is_path = (word) =>
  /^\w[\w.-]*(\/[\w.-]+)*\/?$/.test(word) && (word.includes("/") || (file_name.test(word) && !foreign_files.has(word)));

/** "JsServer::post()" and "room.broadcast()" name functions: the last part is the name. */
const function_name = (word) => word.match(/^(?:[\w:.]*[:.])?(\w+)\(\)$/)?.[1];

/** Table rows and sentences: each a list of { word, line } of what stands in backticks. */
function units_of(text) {
  const units = [];
  const add = (block, line) => {
    const words = [...block.matchAll(/`([^`]+)`/g)];
    const plain = block.replace(/`[^`]+`/g, (quoted) => "`".repeat(quoted.length)); // its full stops end no sentence
    const ends = block.startsWith("|") ? [block.length] : [...plain.matchAll(/[.!?](?=\s|$)/g)].map((end) => end.index);
    let done = 0;
    for (const end of [...ends, block.length]) {
      units.push(
        words
          .filter(({ index }) => index >= done && index < end)
          .map(({ 1: word, index }) => ({ word, line: line + block.slice(0, index).split("\n").length - 1 })),
      );
      done = end;
    }
  };
  let block = [];
  let begins = 0;
  let fenced = false;
  const finish = () => {
    if (block.length > 0) add(block.join("\n"), begins);
    block = [];
  };
  text.split("\n").forEach((line, index) => {
    const fence = line.startsWith("```");
    if (fence) fenced = !fenced;
    if (fence || fenced || line.trim() === "" || /^(#|\||- |\* |\d+\. )/.test(line) || block[0]?.startsWith("|")) finish();
    if (fence || fenced || line.trim() === "") return;
    if (block.length === 0) begins = index + 1;
    block.push(line);
  });
  finish();
  return units.filter((unit) => unit.length > 0);
}

/** What is wrong with the names in `text`: "ARCHITECTURE.md:7: …". */
function wrong_names(text) {
  const wrong = [];
  const complain = (line, what) => wrong.push(`${page}:${line}: ${what}`);
  for (const unit of units_of(text)) {
    const paths = [];
    unit.forEach(({ word, line }, at) => {
      if (!is_path(word)) return;
      const found = meant_by(word);
      if (found.length === 0) complain(line, `there is no file or folder \`${word}\``);
      paths.push({ at, word, found });
    });
    unit.forEach(({ word, line }, at) => {
      const name = function_name(word);
      if (!name || paths.length === 0) return;
      const owner = paths.findLast((path) => path.at < at) ?? paths[0];
      if (owner.found.length === 0) return; // already reported
      const occurs = new RegExp(`(?<![\\w$])${name}(?![\\w$])`);
      const sources = owner.found.filter((file) => source_endings.some((ending) => file.endsWith(`.${ending}`)));
      if (!sources.some((file) => occurs.test(text_of(file)))) {
        complain(line, `\`${word}\` does not occur in \`${owner.word}\` (${sources.join(", ") || "no source file"})`);
      }
    });
  }
  return wrong;
}

/** What is wrong with the list of decisions in `text`. */
function wrong_decisions(text) {
  const lines = text.split("\n");
  const begin = lines.indexOf(`## ${decisions_heading}`);
  if (begin < 0) return [`${page}: there is no section "${decisions_heading}"`];
  const wrong = [];
  const seen = new Map();
  for (let at = begin + 1; at < lines.length && !lines[at].startsWith("## "); ++at) {
    if (!lines[at].startsWith("- ")) continue;
    const item = lines.slice(at, at + 4).join(" ").replace(/\s+/g, " ");
    const head = item.match(/^- \*\*(.+?)\*\*/)?.[1];
    if (!head) {
      wrong.push(`${page}:${at + 1}: the decision has no bold head: ${lines[at]}`);
      continue;
    }
    const key = head.toLowerCase().replace(/[^\p{L}\d]+/gu, " ").trim();
    if (seen.has(key)) wrong.push(`${page}:${at + 1}: the decision "${head}" is on line ${seen.get(key)} already`);
    else seen.set(key, at + 1);
  }
  if (seen.size === 0) wrong.push(`${page}:${begin + 1}: the section lists no decisions`);
  return wrong;
}

const architecture = readFileSync(join(repository, page), "utf8");

test("files and functions that ARCHITECTURE.md names are in the code", () => {
  const wrong = wrong_names(architecture);
  assert.equal(wrong.length, 0, `\n${wrong.join("\n")}`);
});

test("ARCHITECTURE.md states each decision once", () => {
  const wrong = wrong_decisions(architecture);
  assert.equal(wrong.length, 0, `\n${wrong.join("\n")}`);
});

test("CONTRIBUTING.md quotes Mailbox::push() as it is", () => {
  const quoted = readFileSync(join(repository, "CONTRIBUTING.md"), "utf8").match(/^```cpp\n(void Mailbox::push.*?)^```/ms)?.[1];
  assert.ok(quoted, "it quotes Mailbox::push()");
  assert.ok(text_of("src/entmoot/otp/mailbox.cpp").includes(quoted), `src/entmoot/otp/mailbox.cpp has no such lines:\n${quoted}`);
});

test("a name that is not in the code is reported with its line", () => {
  assert.deepEqual(wrong_names("fine: `base/json`\n\nbut `base/attic` and\n`src/attic.txt` are not"), [
    "ARCHITECTURE.md:3: there is no file or folder `base/attic`",
    "ARCHITECTURE.md:4: there is no file or folder `src/attic.txt`",
  ]);
  assert.deepEqual(wrong_names("| a | `otp/mailbox` `push()` |\n| b | `otp/mailbox` `attic()` |"), [
    "ARCHITECTURE.md:2: `attic()` does not occur in `otp/mailbox` (src/entmoot/otp/mailbox.cpp, src/entmoot/otp/mailbox.hpp)",
  ]);
  assert.equal(wrong_names("- `attic()` is in `otp/mailbox.hpp`").length, 1);
  assert.equal(wrong_names("`otp/mailbox` `push()`, then `core/shard` `Mailbox::wake_owner()`").length, 1);
  assert.equal(wrong_names("`mail()` is in `otp/mailbox`").length, 1, "a part of a name is not the name");
});

test("folders, functions elsewhere, and what only looks like a path are accepted", () => {
  assert.deepEqual(wrong_names("`tests/conformance/cases`, `otp/`, `apps/chat_room` `ensure_started()`, `priv/new`"), []);
  assert.deepEqual(wrong_names("`attic()` has no file. `otp/mailbox` is in the next sentence."), []);
  assert.deepEqual(wrong_names("`phoenix.js`, `Client::expires_at`, `/socket/websocket`, `home_of(id).post(…)`"), []);
  assert.deepEqual(wrong_names("```\n`base/attic`\n```"), []);
});

test("a decision that is stated twice, or has no head, is reported with its line", () => {
  const list = (...items) => [`## ${decisions_heading}`, "", ...items].join("\n");
  assert.deepEqual(wrong_decisions(list("- **One thing.** Because.", "- **Another**: too.")), []);
  assert.deepEqual(wrong_decisions(list("- **One thing.** Because.", "- **one `thing`**: again.")), [
    'ARCHITECTURE.md:4: the decision "one `thing`" is on line 3 already',
  ]);
  assert.equal(wrong_decisions(list("- One thing.")).length, 2);
  assert.equal(wrong_decisions("# Architecture").length, 1);
});
