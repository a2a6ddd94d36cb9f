// SPDX-License-Identifier: MIT
//
// The house rules, above all the table of floors in src/floors.txt, against what breaks them: in a copy, one file at a time.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const licence = "// SPDX-License-Identifier: MIT\n";
const table = readFileSync(join(repository, "src/floors.txt"), "utf8");

/** floor → the floors it may include, as the table declares them. */
const declared = new Map(
  [...table.matchAll(/^([a-z]\w*):(.*)$/gm)].map(([, floor, uses]) => [floor, uses.replace(/#.*/, "").split(/\s+/).filter(Boolean)]),
);
const floors = [...declared.keys()];

let copy;
before(() => {
  copy = mkdtempSync(join(tmpdir(), "floors-"));
  for (const name of ["src", "apps", "CMakeLists.txt", "package.json", "package-lock.json"]) {
    cpSync(join(repository, name), join(copy, name), { recursive: true });
  }
});
after(() => rmSync(copy, { recursive: true, force: true }));

/** What scripts/check-house says of the copy while `path` is there with `text`. */
function checked(path, text) {
  const file = join(copy, path);
  const created = mkdirSync(join(file, ".."), { recursive: true });
  const original = existsSync(file) ? readFileSync(file) : null;
  writeFileSync(file, text);
  try {
    const { status, stdout, stderr } = spawnSync(join(repository, "scripts/check-house"), [copy], { encoding: "utf8" });
    return { accepted: status === 0, said: stdout + stderr };
  } finally {
    if (original !== null) writeFileSync(file, original);
    else rmSync(created ?? file, { recursive: true });
  }
}

const planted = (floor, line, name = "planted.hpp") => checked(`src/entmoot/${floor}/${name}`, `${licence}\n${line}\n`);

function rejected({ accepted, said }, ...words) {
  assert.equal(accepted, false, `accepted, but should not be:\n${said}`);
  for (const word of words) assert.ok(said.includes(word), `no "${word}" in:\n${said}`);
}
const accepted = ({ accepted, said }) => assert.ok(accepted, said);

test("the repository keeps the rules", () => {
  const { status, stdout, stderr } = spawnSync(join(repository, "scripts/check-house"), [], { encoding: "utf8" });
  assert.equal(status, 0, stdout + stderr);
  assert.ok(floors.length >= 9, "the table has lost floors");
});

for (const floor of floors) {
  for (const other of floors) {
    const line = `#include <entmoot/${other}/some.hpp>`;
    if (floor === other || declared.get(floor).includes(other)) {
      test(`${floor} may include ${other}`, () => accepted(planted(floor, line)));
    } else {
      test(`${floor} may not include ${other}`, () => {
        rejected(planted(floor, line), `src/entmoot/${floor}/planted.hpp:3: error: floor "${floor}" includes`, `"${other}"`);
      });
    }
  }
}

test("an include is found however it is written", () => {
  for (const line of [
    '#include "entmoot/phoenix/channel.hpp"',
    '#include "../phoenix/channel.hpp"',
    '#include "./nested/../../phoenix/channel.hpp"',
    "  #  include<entmoot/phoenix/channel.hpp>  // because",
  ]) {
    for (const name of ["planted.hpp", "planted.cpp", "planted.c", "planted.h"]) {
      rejected(planted("otp", line, name), 'planted.', ":3: error", '"phoenix" is a floor above');
    }
  }
  rejected(planted("otp", '#include "../../phoenix/channel.hpp"', "nested/planted.hpp"), '"phoenix" is a floor above');
  rejected(planted("otp", "#define HEADER <entmoot/phoenix/channel.hpp>\n#include HEADER"), ":4: error", "by macro");
});

test("what only looks like an include is none", () => {
  accepted(planted("otp", "// #include <entmoot/phoenix/channel.hpp>"));
  accepted(planted("otp", 'constexpr auto text = "#include <entmoot/phoenix/channel.hpp>";'));
  accepted(planted("otp", '#include "actor.hpp"'));
  accepted(planted("otp", '#include "../base/result.hpp"'));
});

test("scripts keep to the floors as well", () => {
  rejected(planted("js", 'import { x } from "../web/x.js";', "planted.js"), 'includes "../web/x.js"');
  rejected(planted("js", "const x = require('../otp/x.js');", "planted.js"), 'includes "../otp/x.js"');
  accepted(planted("js", 'import { x } from "./web/url.js";', "planted.js"));
});

test("a header outside of the floors is rejected", () => {
  rejected(planted("otp", "#include <entmoot/attic/x.hpp>"), 'has no floor "attic"');
  rejected(planted("otp", '#include "../../../apps/entmoot/units.hpp"'), "outside of src/entmoot");
});

test("QuickJS is for js only, Asio for core and web", () => {
  for (const header of ["quickjs.h", "quickjs-libc.h", "entmoot/js/engine.hpp"]) {
    accepted(planted("js", `#include <${header}>`));
    rejected(planted("runtime", `#include <${header}>`), `floor "runtime" includes <${header}>`, "leaves to: js");
    rejected(checked("apps/planted.cpp", `${licence}\n#include <${header}>\n`), "apps/planted.cpp:3: error", "leaves to: js");
  }
  for (const header of ["boost/asio/post.hpp", "boost/asio.hpp", "boost/beast/core.hpp"]) {
    accepted(planted("core", `#include <${header}>`));
    accepted(planted("web", `#include <${header}>`));
    rejected(planted("otp", `#include <${header}>`), `floor "otp" includes <${header}>`, "leaves to: core web");
    rejected(checked("apps/planted.cpp", `${licence}\n#include <${header}>\n`), "leaves to: core web");
  }
});

test("a folder that the table does not know is rejected, and so is a file in none", () => {
  rejected(planted("attic", "#include <entmoot/base/json.hpp>"), "src/entmoot/attic: error", 'add "attic: "');
  rejected(checked("src/entmoot/planted.hpp", `${licence}#include <vector>\n`), "src/entmoot/planted.hpp:2", "outside of the floors");
});

test("a wrong table is rejected", () => {
  const line = (floor) => table.split("\n").findIndex((line) => line.startsWith(`${floor}:`)) + 1;
  const last = table.split("\n").length;
  const changed = (from, to) => checked("src/floors.txt", table.replace(from, to));
  rejected(changed(/^base:.*$/m, "base: otp"), `src/floors.txt:${line("base")}: error`, "in a cycle: base -> otp -> base");
  rejected(changed(/^core:.*$/m, "core: core base"), `src/floors.txt:${line("core")}: error`, "names itself");
  rejected(changed(/^core:.*$/m, "core: base attic"), `src/floors.txt:${line("core")}: error`, '"attic", a floor without a line');
  rejected(checked("src/floors.txt", `${table}attic: base\n`), `src/floors.txt:${last}: error`, "no files in src/entmoot/attic");
  rejected(checked("src/floors.txt", `${table}base:\n`), `src/floors.txt:${last}: error`, "has a line already");
  rejected(checked("src/floors.txt", `${table}base\n`), `src/floors.txt:${last}: error`, 'neither "floor: floors"');
  rejected(checked("src/floors.txt", `${table}<x.h>: attic\n`), `src/floors.txt:${last}: error`, "<x.h> is for");
});

test("npm's files have the version of the project", () => {
  for (const name of ["package.json", "package-lock.json"]) {
    const text = readFileSync(join(repository, name), "utf8");
    rejected(checked(name, text.replace(/"version": "[^"]*"/, '"version": "99.0.0"')), `${name}:3: error: the version is 99.0.0`);
    rejected(checked(name, text.replace(/ *"version": "[^"]*",\n/, "")), `${name}:3: error: the version is missing`);
  }
});

test("licence lines and unfinished words", () => {
  rejected(checked("src/entmoot/base/planted.hpp", "#pragma once\n"), "src/entmoot/base/planted.hpp:1: error", "licence line");
  rejected(checked("src/entmoot/base/planted.hpp", `${licence}// ${"TO"}DO: the rest\n`), "planted.hpp:2:");
});
