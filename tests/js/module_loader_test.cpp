// SPDX-License-Identifier: MIT

#include "bench.hpp"
#include "folder.hpp"

#include <entmoot/core/sanitizers.hpp>
#include <entmoot/js/module_loader.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

using namespace entmoot;
using namespace entmoot::js;

namespace {

using Files = std::map<std::string, std::string>;

// What a program that exports a function `test` answers when that is called; or why it cannot be.
std::string outcome(const Files& files, const std::string& entry = "room.ts", const TemplateOptions& options = {}) {
  const Folder folder(files);
  ModuleLoader loader(folder.path());
  auto graph = loader.load(entry);
  if (!graph) return graph.error().reason;
  if (auto heap = TemplateHeap::build(*graph, options); !heap) return heap.error().reason;
  Bench room(*graph, {}, options);
  room.start();
  if (room.said.empty()) room.invoke(1, "test");
  std::string out;
  for (const auto& line : room.said) out += (out.empty() ? "" : "\n") + line;
  return out.starts_with("1 ok ") ? out.substr(5) : out;
}

// The same for a package that is imported as "pkg": the value of its default export.
std::string from_package(Files files, const std::string& what = "pkg") {
  files["room.ts"] = "import value from '" + what + "'; export const test = () => value;";
  return outcome(files);
}

bool watches(const ModuleLoader& loader, const std::filesystem::path& path) {
  return std::ranges::find(loader.files(), path.string()) != loader.files().end();
}

}  // namespace

TEST_CASE("the server calls a module's exports, and each room has its own module state") {
  const Folder folder({{"rooms/chat.ts", R"(
    import { greet, type Name } from '../lib/words.ts';
    interface Message { text: string }
    const messages: Message[] = [];
    export function send(text: string, by: Name): number { return messages.push({ text: greet(by) + text }); }
    export const history = (): Message[] => messages;
  )"},
                       {"lib/words.ts", "export type Name = string; export const greet = (n: Name) => `${n}: `;"}});
  ModuleLoader loader(folder.path());
  const auto graph = loader.load("rooms/chat.ts");
  REQUIRE_MESSAGE(graph.has_value(), graph.error().reason);
  CHECK((*graph)->entry().name == "rooms/chat.ts");
  Bench room(*graph);
  for (int i = 0; i < 2; ++i) {
    room.fresh();
    room.said.clear();
    room.start();
    CHECK(room.started);
    room.invoke(1, "send", R"(["hello","ann"])");
    room.invoke(2, "history");
    CHECK(room.said == std::vector<std::string>{"1 ok 1", R"(2 ok [{"text":"ann: hello"}])"});
    room.runtime->collect_garbage();
    CHECK(room.runtime->heap().inspect() == nullptr);
  }
}

TEST_CASE(
    "a relative import finds its file with and without an ending, as a folder, and as what it will be compiled to") {
  const Files files{{"room.ts", R"(
    import a from './a'; import b from './b.js'; import c from './dir'; import d from './d.mjs'; import e from './e.cjs';
    import f from './sub/../f.ts'; import g, { up } from './sub/g'; import h from './h'; import i from './data.json';
    export const test = () => [a, b, c, d, e, f, g, up, h, i.list[1]].join();
  )"},
                    {"a.ts", "export default 'a'"},
                    {"a.js", "export default 'not this'"},
                    {"b.ts", "export default 'b'"},
                    {"dir/index.ts", "export default 'c'"},
                    {"d.mts", "export default 'd'"},
                    {"e.cjs", "module.exports = 'e'"},
                    {"f.ts", "export default 'f'"},
                    {"sub/g.js", "export { default as up } from '../a.ts'; export default 'g'"},
                    {"h.mjs", "export default 'h'"},
                    {"data.json", R"({"list":[1,"two"],"__proto__":3})"}};
  CHECK(outcome(files) == R"("a,b,c,d,e,f,g,a,h,two")");
}

TEST_CASE("a built-in module is found by its name from every file, and stands before packages") {
  const Folder folder(
      {{"room.ts",
        "import { one } from 'own:numbers'; import { two } from './two'; export const test = () => one + two;"},
       {"two.ts", "import { one } from 'own:numbers'; export const two = one + one;"},
       {"bad.ts", "import { three } from 'own:numbers'; export const test = () => three;"},
       {"unknown.ts", "import 'own:words';"}});
  ModuleLoader loader(folder.path(), {{"own:numbers", "export const one = 1;"}});
  const auto graph = loader.load("room.ts");
  REQUIRE_MESSAGE(graph.has_value(), graph.error().reason);
  CHECK((*graph)->modules().size() == 3);
  CHECK((*graph)->find("own:numbers"));
  Bench room(*graph);
  room.start();
  room.invoke(1, "test");
  CHECK(room.said == std::vector<std::string>{"1 ok 3"});
  const auto bad = loader.load("bad.ts");
  REQUIRE(bad.has_value());
  CHECK_FALSE(TemplateHeap::build(*bad, {}).has_value());
  CHECK(loader.load("unknown.ts").error().reason.starts_with("unknown.ts:1:8: cannot import \"own:words\""));
}

TEST_CASE("imports that only types need are not made, and lines stay") {
  const Files files{{"room.ts", R"(import { Message } from './absent-types';
import type { Other } from './absent-too';
import { Kind, type Third } from './kinds';
export const test = (m: Message, o: Other, t: Third) => {
  try { throw new Error('here'); } catch (e) { return Kind.two + ' ' + e.stack.match(/room.ts:\d+/)[0]; }
};
)"},
                    {"kinds.ts", "export enum Kind { one = 1, two }; export interface Third {}"}};
  CHECK(outcome(files) == R"("2 room.ts:5")");
}

TEST_CASE("modules may import each other in a circle, and live bindings stay live") {
  const Files files{
      {"room.ts", "import { count, grow } from './a'; export const test = () => { grow(); return count; };"},
      {"a.ts", "import { step } from './b'; export let count = 1; export function grow() { count += step(); }"},
      {"b.ts", "import { count } from './a'; export const step = () => count * 10;"}};
  CHECK(outcome(files) == "11");
}

TEST_CASE("import() of a literal works in a room, and anything else rejects") {
  const Files files{{"room.ts", R"(
    export async function test() {
      const found = await import('./later');
      const json = await import('./x.json', { with: { type: 'json' } });
      const names = ['./lat' + 'er', './missing'];
      const failures = [];
      for (const name of names) await import(name).catch((e) => failures.push(e.message));
      await import('./missing').catch((e) => failures.push(e.message));
      return [found.value, json.default.x, failures.length, failures[2]];
    }
  )"},
                    {"later.ts", "export const value = 'later'"},
                    {"x.json", R"({"x":5})"}};
  CHECK(outcome(files) == R"(["later",5,2,null])");
}

TEST_CASE("a module may await at its top level before the room is there") {
  const Files files{
      {"room.ts", "import { late } from './late'; export const test = () => late;"},
      {"late.ts", "export const late = await new Promise((done) => queueMicrotask(() => done('late')));"}};
  CHECK(outcome(files) == R"("late")");
}

TEST_CASE("a module that throws at its top level answers call 0 with the error, and no rejection is left unhandled") {
  CHECK(outcome({{"room.ts", "import './b'; export const test = 1;"}, {"b.ts", "throw new Error('not today');"}}) ==
        "0 error not today");
  CHECK(outcome({{"room.ts", "await null; throw new Error('nor tomorrow');"}}) == "0 error nor tomorrow");
}

TEST_CASE("import.meta.url is the module's name") {
  CHECK(outcome({{"room.ts", "export const test = () => import.meta.url;"}}) == R"("file:///room.ts")");
}

TEST_CASE("the room's module can be asked to evaluate in its scope, for a console") {
  const Folder folder({{"room.ts", R"(import { other } from './other';
    const messages = ['a']; let n = 1; class Box {}
    export const bump = () => (other ? ++n : 0); // no line follows)"},
                       {"other.ts", "export const other = 'far';"}});
  ModuleLoader loader(folder.path());
  Bench room(*loader.load("room.ts"));
  room.start();
  room.invoke(1, "bump");
  room.invoke(2, "__entmoot_eval", R"(["[messages.length, n, other, typeof Box, n = 7]"])");
  room.invoke(3, "bump");
  CHECK(room.said == std::vector<std::string>{"1 ok 2", R"(2 ok [1,2,"far","function",7])", "3 ok 8"});
}

TEST_CASE("globals are set before anything runs") {
  CHECK(outcome({{"room.ts", "const key = process.env.KEY; export const test = () => key;"}}, "room.ts",
                {.globals = {{"process", JsonText::trusted(R"({"env":{"KEY":"value"}})")}}}) == R"("value")");
}

// --- packages

TEST_CASE("a package's exports: conditions in order, subpaths, patterns, lists, null") {
  const std::string json = R"({
    "name": "pkg", "type": "module",
    "exports": {
      ".": [{"node": "./no.js"}, {"browser": {"require": "./no.js", "import": "./main.js"}, "default": "./no.js"}],
      "./sub": {"import": "./sub.js"},
      "./f/*": "./files/*.js",
      "./f/special/*.js": "./files/special-*.js",
      "./f/secret": null,
      "./lost": "./lost.js",
      "./out": "../../room.ts"
    }
  })";
  const Files files{{"node_modules/pkg/package.json", json},
                    {"node_modules/pkg/main.js", "export default 'main'"},
                    {"node_modules/pkg/sub.js", "import main from 'pkg'; export default main + ' by itself'"},
                    {"node_modules/pkg/files/a/b.js", "export default 'a/b'"},
                    {"node_modules/pkg/files/special-x.js", "export default 'special'"},
                    {"node_modules/pkg/files/secret.js", "export default 'secret'"}};
  CHECK(from_package(files) == R"("main")");
  CHECK(from_package(files, "pkg/sub") == R"("main by itself")");
  CHECK(from_package(files, "pkg/f/a/b") == R"("a/b")");
  CHECK(from_package(files, "pkg/f/special/x.js") == R"("special")");
  const std::string begin = R"(room.ts:1:19: cannot import ")";
  CHECK(from_package(files, "pkg/f/secret") ==
        begin + R"(pkg/f/secret": the package's package.json does not export "./f/secret" for import)");
  CHECK(from_package(files, "pkg/main.js").starts_with(begin + R"(pkg/main.js": the package's package.json does not)"));
  CHECK(from_package(files, "pkg/lost") ==
        begin + R"(pkg/lost": the package's package.json maps it to "./lost.js", which does not exist)");
  CHECK(from_package(files, "pkg/out").find("which is outside the package") != std::string::npos);
}

TEST_CASE("a package without exports: module, browser, main, index; with and without endings") {
  const auto with = [](const std::string& json, const std::string& file) {
    return from_package({{"node_modules/@a/pkg/package.json", json},
                         {"node_modules/@a/pkg/" + file, "export default 'found'"},
                         {"node_modules/@a/pkg/index.js", "export default 'index'"}},
                        "@a/pkg");
  };
  CHECK(with(R"({"main":"lib/m"})", "lib/m.js") == R"("found")");
  CHECK(with(R"({"main":"./lib"})", "lib/index.js") == R"("found")");
  CHECK(with(R"({"main":"m.cjs","module":"./m.js"})", "m.js") == R"("found")");
  CHECK(with(R"({"main":"m.cjs","browser":"./b.js"})", "b.js") == R"("found")");
  CHECK(with(R"({})", "x.js") == R"("index")");
  CHECK(with(R"({"main":"gone.js"})", "x.js") == R"("index")");
  CHECK(from_package({{"node_modules/pkg/x/y.mjs", "export default 'deep'"}}, "pkg/x/y") == R"("deep")");
}

TEST_CASE("the nearest node_modules wins, up to the app's folder") {
  CHECK(outcome({{"room.ts", "import a from 'a'; export const test = () => a;"},
                 {"node_modules/a/index.mjs", "import b from 'b'; export default 'a ' + b;"},
                 {"node_modules/a/package.json", R"({"main":"index.mjs"})"},
                 {"node_modules/a/node_modules/b/index.js", "export default 'near b'"},
                 {"node_modules/b/index.js", "export default 'far b'"}}) == R"("a near b")");
}

TEST_CASE("a package's imports and its browser field") {
  const std::string json = R"({
    "name": "pkg", "type": "module", "main": "index.js",
    "imports": {"#in": {"browser": "./in.js", "default": "./no.js"}, "#other/*": "other/*"},
    "browser": {"./node.js": "./web.js", "fs": false, "gone": "other/x.js"}
  })";
  CHECK(from_package({{"node_modules/pkg/package.json", json},
                      {"node_modules/pkg/index.js", R"(
                         import a from '#in'; import b from '#other/x.js'; import c from './node'; import fs from 'fs';
                         import d from 'gone'; export default [a, b, c, Object.keys(fs).length, d];)"},
                      {"node_modules/pkg/in.js", "export default 'in'"},
                      {"node_modules/pkg/node.js", "export default 'node'"},
                      {"node_modules/pkg/web.js", "export default 'web'"},
                      {"node_modules/other/x.js", "export default 'x'"}}) == R"(["in","x","web",0,"x"])");
}

TEST_CASE("nothing outside the app's folder is read, not even through a symbolic link") {
  const Folder outside({{"secret.ts", "export default 'secret'"}, {"pkg/index.js", "export default 1"}});
  const Folder folder(Files{{"inside/real.ts", "export default 'real'"}});
  folder.write("room.ts", "import a from './link'; export const test = () => a;");
  std::filesystem::create_symlink(outside.path() / "secret.ts", folder.path() / "link.ts");
  ModuleLoader loader(folder.path());
  CHECK(loader.load("room.ts").error().reason.find("a symbolic link to a file outside the app's folder") !=
        std::string::npos);
  folder.write("room.ts", "import '../" + outside.path().filename().string() + "/secret.ts';");
  CHECK(loader.load("room.ts").error().reason.find("outside the app's folder") != std::string::npos);
  std::filesystem::create_directory(folder.path() / "node_modules");
  std::filesystem::create_directory_symlink(outside.path() / "pkg", folder.path() / "node_modules/pkg");
  folder.write("room.ts", "import 'pkg';");
  CHECK_FALSE(loader.load("room.ts").has_value());
  CHECK_FALSE(loader.load(outside.path() / "secret.ts").has_value());
  // A link within is no way out: the module has its real name.
  std::filesystem::remove(folder.path() / "link.ts");
  std::filesystem::create_symlink(folder.path() / "inside/real.ts", folder.path() / "link.ts");
  folder.write("room.ts", "import a from './link'; export const test = () => a;");
  const auto graph = loader.load("room.ts");
  REQUIRE(graph.has_value());
  CHECK((*graph)->find("inside/real.ts"));
}

// --- CommonJS

TEST_CASE("a CommonJS module: its exports by name, its default, its sloppy mode, where it is") {
  CHECK(outcome({{"room.ts", R"(
                   import whole, { one, two as zwei } from 'pkg'; import * as all from 'pkg';
                   export const test = () => [whole.one, one, zwei(), Object.keys(all).join()];)"},
                 {"node_modules/pkg/index.js", R"(
                   sloppy = typeof this; exports.one = 1;
                   exports.two = () =>
                     [sloppy, __filename, __dirname, process.env.NODE_ENV, module.exports === exports].join(' ');
                 )"}}) ==
        R"([1,1,"object /node_modules/pkg/index.js /node_modules/pkg production true","default,one,two"])");
}

TEST_CASE("require: other modules, JSON, circles, once each, when it is asked for and not before") {
  CHECK(outcome({{"room.ts", "import pkg from 'pkg'; export const test = () => pkg.all();"},
                 {"node_modules/pkg/package.json", R"({"main":"./lib/a.js"})"},
                 {"node_modules/pkg/lib/a.js", R"(
                   const order = exports.order = ['a'];
                   const b = require("./b");
                   exports.all = function () {
                     require('./late.js'); require('./late.js');
                     return [order, b.seen, require('../data').x, require('other'), require('./b') === b];
                   };)"},
                 {"node_modules/pkg/lib/b.js",
                  "const a = require('./a'); a.order.push('b'); exports.seen = Object.keys(a).join();"},
                 {"node_modules/pkg/lib/late.js", "require('./a').order.push('late');"},
                 {"node_modules/pkg/data.json", R"({"x":"json"})"},
                 {"node_modules/other/index.js", "module.exports = 'other';"}}) ==
        R"([["a","b","late"],"order","json","other",true])");
}

TEST_CASE("a name that CommonJS text does not show may be imported, and is looked for when the room starts") {
  const Files pkg{{"node_modules/pkg/index.js", "for (const name of ['one', 'two']) exports[name] = name;"}};
  const auto with = [&](const std::string& source) {
    Files files = pkg;
    files["room.ts"] = source;
    return outcome(files);
  };
  CHECK(with("import { one } from 'pkg'; export { two } from 'pkg'; export const test = () => one;") == R"("one")");
  CHECK(with("import { three } from 'pkg'; export const test = () => three;") ==
        R"(0 error node_modules/pkg/index.js has no export named "three")");
}

TEST_CASE("names re-exported by a CommonJS module can be imported") {
  CHECK(outcome({{"room.ts", "import { deep, own } from 'pkg'; export const test = () => [deep, own];"},
                 {"node_modules/pkg/index.js", "module.exports = require('./prod.js');"},
                 {"node_modules/pkg/prod.js",
                  "exports.own = 1; __exportStar(require('./deep'), exports);\n"
                  "function __exportStar(m, e) { for (const k in m) e[k] = m[k]; }"},
                 {"node_modules/pkg/deep.js", "exports.deep = 2;"}}) == "[2,1]");
}

TEST_CASE("require of a missing module or of an ES module throws an error that the package can catch") {
  CHECK(outcome({{"room.ts", "import pkg from 'pkg'; export const test = () => pkg;"},
                 {"node_modules/pkg/index.js", R"(
                   const tried = [];
                   for (const f of [() => require('fs'), () => require('./esm.mjs'), () => require('abs' + 'ent')])
                     try { f(); } catch (e) { tried.push(e.message); }
                   module.exports = tried;)"},
                 {"node_modules/pkg/esm.mjs", "export default 1"}}) ==
        R"(["node_modules/pkg/index.js:3:51: \"fs\" is a Node.js module, which rooms do not have: )"
        R"(use a Web API, or call a handler of the server with Beam.call",)"
        R"("node_modules/pkg/index.js:3:72: \"./esm.mjs\" is an ES module, which cannot be loaded by require(): )"
        R"(use import","cannot load \"absent\": only modules that are named by a string literal are part of the )"
        R"(program; node_modules/pkg/index.js has no such literal"])");
}

TEST_CASE("packages, also ES modules, see the value production for process.env.NODE_ENV") {
  CHECK(from_package({{"node_modules/pkg/index.mjs", "export default process.env.NODE_ENV"},
                      {"node_modules/pkg/package.json", R"({"main":"index.mjs"})"}}) == R"("production")");
  CHECK(from_package({{"node_modules/pkg/index.mjs",
                       "const process = { env: { NODE_ENV: 'mine' } }; export default process.env.NODE_ENV"},
                      {"node_modules/pkg/package.json", R"({"main":"index.mjs"})"}}) == R"("mine")");
}

// --- errors

TEST_CASE("errors name the file, the position and what to do") {
  const auto error = [](const std::string& source, const Files& more = {}) {
    Files files = more;
    files["rooms/chat.ts"] = source;
    return outcome(files, "rooms/chat.ts");
  };
  CHECK(error("let a = 1;\nlet b: = 2;\n").starts_with("rooms/chat.ts:2:8: "));
  CHECK(error("let a = 1;\nlet a = 2;\n").starts_with("rooms/chat.ts:2:"));
  CHECK(error("\nimport { x } from './util';\nx();") ==
        "rooms/chat.ts:2:19: cannot find \"./util\": there is no file rooms/util, with or without an extension");
  CHECK(
      error("import zod from 'zod'; zod();") ==
      "rooms/chat.ts:1:17: cannot find package \"zod\": run \"npm install zod\" in the app's folder; to import a file "
      "of the app, use a path that begins with ./ or ../");
  CHECK(
      error("import fs from 'node:fs'; fs();") ==
      "rooms/chat.ts:1:16: \"node:fs\" is a Node.js module, which rooms do not have: use a Web API, or call a handler "
      "of the server with Beam.call");
  CHECK(error("import fs from 'fs/promises'; fs();").find("is a Node.js module") != std::string::npos);
  CHECK(error("import x from 'https://x.org/x.js'; x();").find("install the package with npm") != std::string::npos);
  CHECK(error("import x from '/util.ts'; x();").find("begins with ./ or ../") != std::string::npos);
  CHECK(error("import { absent } from '../util';\nabsent();", {{"util.ts", "export const there = 1;"}}) ==
        "rooms/chat.ts:1:24: \"../util\" has no export named \"absent\" (if it is a type, import it with \"import "
        "type\")");
  CHECK(error("import '../style.css';", {{"style.css", ""}}) ==
        "style.css: cannot be imported: the file extension of a module must be .ts, .tsx, .mts, .cts, .js, .jsx, .mjs, "
        ".cjs, .json or .txt");
  CHECK(error("import d from '../d.json'; d();", {{"d.json", "{\n  \"a\": oops\n}"}}).starts_with("d.json:2:"));
  CHECK(error("import '../b';", {{"b.ts", "const x = ;"}}).starts_with("b.ts:1:"));
  CHECK(error("import 'pkg';", {{"node_modules/pkg/package.json", "{"}})
            .starts_with("rooms/chat.ts:1:8: node_modules/pkg/package.json: "));
  CHECK(outcome({}, "rooms/absent.ts").starts_with("rooms/absent.ts: there is no such file in /"));
}

// --- again

TEST_CASE("a second load compiles changed files, and the files to watch are known even if it fails") {
  const Folder folder(Files{{"room.ts", "import { a } from './a'; export const test = () => a;"}});
  ModuleLoader loader(folder.path());
  REQUIRE_FALSE(loader.load("room.ts").has_value());
  CHECK(watches(loader, folder.path() / "room.ts"));
  CHECK(watches(loader, folder.path() / "a.ts"));  // its absence mattered
  folder.write("a.ts", "export const a = 1;");
  for (const std::string value : {"1", "2"}) {
    folder.write("a.ts", "export const a = " + value + ";");
    const auto graph = loader.load("room.ts");
    REQUIRE(graph.has_value());
    CHECK((*graph)->files() == loader.files());
    CHECK(watches(loader, folder.path() / "a.ts"));
    Bench room(*graph);
    room.start();
    room.invoke(1, "test");
    CHECK(room.said == std::vector<std::string>{"1 ok " + value});
  }
  // What has not changed is the same bytecode.
  const auto again = loader.load("room.ts");
  const auto once_more = loader.load("room.ts");
  CHECK((*again)->entry().bytecode == (*once_more)->entry().bytecode);
}

TEST_CASE("no copy of a program of modules differs from another in a single name that a script can see") {
  const Folder folder(
      {{"room.ts", R"(
    import * as all from './all'; import cjs, { named } from 'cjs'; import data from './data.json';
    export class Room { #secret = 1; static at = 'here'; get x() { return this.#secret; } }
    export function world() {
      const seen = new Set(); const out = [];
      const walk = (value, path) => {
        if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return;
        seen.add(value);
        for (const key of Reflect.ownKeys(value)) {
          const property = Reflect.getOwnPropertyDescriptor(value, key);
          out.push(path + '.' + String(key) + (typeof property.value === 'string' ? '=' + property.value : ''));
          walk(property.value, out.at(-1)); walk(property.get, out.at(-1)); walk(property.set, out.at(-1));
        }
        walk(Object.getPrototypeOf(value), path + '.__proto__');
      };
      walk({ all, cjs, named, data, Room }, 'modules');
      walk(globalThis, '');
      return out.join('\n');
    }
  )"},
       {"all.ts", "export * from './a'; export * as b from './b'; export { a as c } from './a';"},
       {"a.ts", "import './b'; export const a = { deep: { er: 'x' } }; export default function named() {}"},
       {"b.ts", "import './a'; export let b = [1, 'two']; export async function* gen() {}"},
       {"data.json", R"({"some":["json"]})"},
       {"node_modules/cjs/index.js", "exports.named = function f() {}; exports.other = require('./o');"},
       {"node_modules/cjs/o.js", "module.exports = { o: { p: 'q' } };"}});
  ModuleLoader loader(folder.path());
  const auto graph = loader.load("room.ts");
  REQUIRE_MESSAGE(graph.has_value(), graph.error().reason);
  std::string first;
  for (int build = 0; build < 8; ++build) {
    Bench room(*graph);
    for (int copy = 0; copy < 2; ++copy) {
      room.fresh();
      room.start();
      room.invoke(1, "world");
      REQUIRE(room.said.size() == 1);
      if (first.empty()) first = room.said[0];
      CHECK(first.find("modules.cjs.other.o.p=q") != std::string::npos);
      CHECK(room.said[0] == first);
      room.said.clear();
    }
  }
}

TEST_CASE("failing each allocation of a start with modules drops the room and nothing else") {
  const Folder folder({{"room.ts",
                        "import { a } from './a'; import c from './c.cjs'; const b = await import('./b');\n"
                        "export const test = () => a + b.b + c.x;"},
                       {"a.ts", "export const a = 'a';"},
                       {"b.ts", "export const b = 'b';"},
                       {"c.cjs", "exports.x = require('./d.json').x;"},
                       {"d.json", R"({"x":"d"})"}});
  ModuleLoader loader(folder.path());
  Bench room(*loader.load("room.ts"));
  std::uint64_t failed = 0;
  for (std::uint64_t at = 0;; ++at) {
    room.fresh();
    room.runtime->heap().exhaust_after(at);
    room.start();
    if (!room.exhausted) room.invoke(1, "test");
    if (!room.exhausted) break;
    ++failed;
  }
  // The engine asks for pages and cuts small blocks out of them itself, but for sanitizers.
  CHECK(failed > (with_asan ? 20 : 0));
  CHECK(room.said.back() == R"(1 ok "abd")");
}
