// SPDX-License-Identifier: MIT

#include "bench.hpp"
#include "folder.hpp"

#include <entmoot/js/module_loader.hpp>
#include <entmoot/js/typescript_compiler.hpp>

#include <boost/json/parse.hpp>

#include <map>
#include <string>

using namespace entmoot;
using namespace entmoot::js;

namespace {

using Files = std::map<std::string, std::string>;

// What a program that exports a function `test` answers when that is called; or why it cannot be.
std::string outcome(const Files& files, const std::string& entry = "room.ts") {
  const Folder folder(files);
  ModuleLoader loader(folder.path());
  auto graph = loader.load(entry);
  if (!graph) return graph.error().reason;
  if (auto heap = TemplateHeap::build(*graph, {}); !heap) return heap.error().reason;
  Bench room(*graph);
  room.start();
  if (room.said.empty()) room.invoke(1, "test");
  std::string out;
  for (const auto& line : room.said) out += (out.empty() ? "" : "\n") + line;
  return out.starts_with("1 ok ") ? out.substr(5) : out;
}

std::string room(const std::string& source, const std::string& config = "{}") {
  return outcome({{"room.ts", source}, {"tsconfig.json", config}});
}

// The frames of a stack in a room's file: "fail room.ts:3:7".
constexpr auto frames = R"(
function frames(e: any): string[] {
  return [...(e.stack as string).matchAll(/at (\S+ )?\(?(\w+\.tsx?:\d+:\d+)/g)].map((m) => (m[1] ?? "") + m[2]);
}
)";

}  // namespace

TEST_CASE("all of TypeScript runs: what types leave behind, and what the engine has no syntax for") {
  CHECK(
      room("const raw: unknown = 3; let i = 0; for (i = 0; (i as number) < 2; i++); for (i = 0; i as number < 2; i++);"
           "export const test = () => raw as number < 5;") == "true");
  CHECK(room("namespace Rules.Cards { export const players = 4; export const full = (n: number) => n >= players; }"
             "export const test = () => [Rules.Cards.full(3), Rules.Cards.full(5)];") == "[false,true]");
  CHECK(room("enum Kind { one = 1, two, both = one | two } const enum Side { left = 'l' } declare enum Never { no }"
             "export const test = () => [Kind.both, Kind[2], Side.left];") == R"([3,"two","l"])");
  CHECK(
      room("abstract class Base { abstract go(): number; constructor(protected readonly by: number, public x = 2) {} }"
           "class Own extends Base { override go() { return this.by * this.x; } declare never: string; }"
           "export const test = () => new Own(3).go() satisfies number;") == "6");
  CHECK(room("function over(a: string): string; function over(a: number): number; function over(a: any) { return a; }"
             "const f = <const T,>(x: T): T => x; function is(x: unknown): asserts x is string {} "
             "export const test = () => { let v!: number; v = over(2)!; is(v); return f(v); };") == "2");
  CHECK(room("const log: string[] = []; { using a = { [Symbol.dispose]() { log.push('a'); } }; log.push('b'); }"
             "export const test = () => log;") == R"(["b","a"])");
  CHECK(room("let x = [1] as const; type A = typeof x; let y = <number>x[0]; label: for (;;) break label;"
             "export const test = () => { const { a, ...rest }: { a: number; b: number } = { a: y, b: 2 }; return "
             "rest; };") == R"({"b":2})");
}

TEST_CASE("decorators are those of the language, or with experimentalDecorators those of TypeScript") {
  const std::string standard = R"(
    const seen: unknown[] = [];
    function note(value: any, context: any) { seen.push(context.kind, context.name); }
    @note class Player {
      @note accessor hp = 10;
      @note static made = 0;
      @note hit() { return (this.hp -= 3); }
    }
    export const test = () => [new Player().hit(), Player.name, ...seen];)";
  CHECK(room(standard) == R"([7,"Player","accessor","hp","method","hit","field","made","class","Player"])");
  const std::string experimental = R"(
    const seen: unknown[] = [];
    function note(target: any, key?: string, at?: any) { seen.push(typeof target, key ?? target.name, typeof at); }
    @note class Player { @note hit(@note by: number) { return by; } }
    export const test = () => [new Player().hit(2), ...seen];)";
  CHECK(room(experimental, R"({ /* a comment */ "compilerOptions": { "experimentalDecorators": true, }, })") ==
        R"([2,"object","hit","number","object","hit","object","function","Player","undefined"])");
  CHECK(outcome({{"room.js",
                  "const f = (v, c) => { c.addInitializer(() => {}); }; class A { @f m() { return 1; } }"
                  "export const test = () => new A().m();"}},
                "room.js") == "1");
}

TEST_CASE("types that are imported and exported leave nothing behind") {
  CHECK(
      outcome({{"room.ts", R"(
    import { Player, max, type Card } from "./types";
    import type { Never } from "./absent";
    export type { Player }; export type { Card as Other } from "./types"; export * from "./types";
    namespace Rules { export namespace Inner { export const four = 4; } }
    import Types = Rules.Inner;
    const nobody: Player = { name: "" };
    export const test = (never: Never) => [max, nobody, Types.four];)"},
               {"types.ts", "export interface Player { name: string } export type Card = 1; export const max = 3;"}}) ==
      R"([3,{"name":""},4])");
}

TEST_CASE("JSX becomes calls, as tsconfig.json says") {
  const std::string component = "export const test = () => <p id=\"a\">{1}<b /></p>;";
  const Files react = {{"room.tsx", component},
                       {"node_modules/react/jsx-runtime.js",
                        "exports.jsx = (t, p) => [t, p]; exports.jsxs = exports.jsx; exports.Fragment = 'f';"}};
  const auto expected = R"(["p",{"id":"a","children":[1,["b",{}]]}])";
  CHECK(outcome(react, "room.tsx") == expected);
  Files preserve = react;
  preserve["tsconfig.json"] = R"({"compilerOptions":{"jsx":"preserve"}})";
  CHECK(outcome(preserve, "room.tsx") == expected);
  const std::string own = "const h = (t: string, p: object, ...c: unknown[]) => [t, p, ...c];\n" + component;
  CHECK(outcome({{"room.tsx", own}, {"tsconfig.json", R"({"compilerOptions":{"jsx":"react","jsxFactory":"h"}})"}},
                "room.tsx") == R"(["p",{"id":"a"},1,["b",null]])");
  CHECK(outcome({{"room.tsx", "/** @jsx h */" + own}}, "room.tsx") == R"(["p",{"id":"a"},1,["b",null]])");
  CHECK(outcome({{"room.tsx", component}}, "room.tsx").starts_with("room.tsx:1:1: cannot find package \"react\""));
}

TEST_CASE("places are those of the author's file") {
  CHECK(room(R"(interface Long {
  a: string;
}
class Player<T> {
  constructor(private readonly held: T) {}

  fail(ü: string): never { const é: string = "é𝒳"; throw new RangeError("x" satisfies string); }
}
enum Kind { one }
export const test = () => {
  const found: string[] = [];
  for (const act of [
    () => new Player<number>(1).fail("ü"),
    () => { const o = {} as any; return o.x.y(); },
    () => [3].map((n: number) => n.absent()),
    async () => {},
  ]) try { act(); } catch (e) { found.push(frames(e)[0]); }
  return found;
};
)" + std::string(frames)) == R"(["fail room.ts:7:63","<anonymous> room.ts:14:41","<anonymous> room.ts:15:36"])");
}

TEST_CASE("JavaScript that is compiled as TypeScript has the places that it has as it is") {
  // Each in a way that esbuild prints differently.
  for (const std::string act :
       {"() => { throw new RangeError(  'x'); }", "() => (null).a.b.length", "() => { const o = {}; return o.x.y(); }",
        "() => [3].map((n) => n.absent())", "() => absent + 1", "() => { const { a } = null; return a; }",
        "() => { let f = 3; f(); }", "() => [...3]", "() => { for (const a of 5) a; }", "() => JSON.parse('{')",
        "() => { class A { #x = 1; static t(o) { return o.#x; } } return A.t({}); }",
        "() => { const error = (m) => { throw new Error(m); };\n\n error('x'); }", "() => null?.a + null.b.c",
        "() => { x = 1; let x; }", "() => { const a = 1; a = 2; }",
        "() => { const o = { b: null }; return o\n .b\n .c; }",
        "() => { switch (1) { case 1: { if (true) null.x; } } }", "() => { `${Symbol()}`; }"}) {
    const std::string text = "function error() {}\nexport const test = () => { try {\n  (" + act +
                             ")(); } catch (e) { return e.stack.replaceAll(/room.[jt]s/g, 'room'); } };";
    const std::string as_it_is = outcome({{"room.js", text}}, "room.js");
    CHECK(as_it_is.find("room:3:") != std::string::npos);
    CHECK(room(text) == as_it_is);
  }
}

TEST_CASE("a script has the places of its file too, and so has a module whose first line we begin") {
  const auto script = compile_script("script.ts",
                                     "interface A {}\nenum B { one }\nfunction test(): string {\n\n  return new "
                                     "Error(`${B.one}` as string).stack!;\n}");
  REQUIRE(script.has_value());
  Bench bench(*script);
  bench.start();
  bench.invoke(1, "test");
  CHECK(bench.said.front().find("script.ts:5:14") != std::string::npos);
  const std::string throws = "exports.fail = () => { throw new Error('x'); };";
  CHECK(outcome({{"room.ts",
                  "import { fail } from 'pkg'; export const test = () => { try { fail(); } catch (e) {"
                  "return (e as Error).stack!.match(/index.js:\\d+:\\d+/)![0]; } };"},
                 {"node_modules/pkg/index.js", throws}}) ==
        "\"index.js:1:" + std::to_string(throws.find("Error(") + 1) + "\"");
}

TEST_CASE("functions and classes keep the names that the author gave them") {
  CHECK(room(R"(
    function error() {} class Player {} const act = () => 1;
    export const test = () => {
      function error() {} class Player {} const act = () => 2; const Other = class { static Player = 3; };
      const made = { act: function act() {}, Player: class Player {} };
      return [error.name, Player.name, act.name, Other.name, made.act.name, made.Player.name, new Player().constructor.name];
    };)") == R"(["error","Player","act","Other","act","Player","Player"])");
  CHECK(room(R"(
    function fail() {}
    export const test = () => { function fail(): never { throw new Error("x"); } try { fail(); } catch (e) { return frames(e)[0]; } };)" +
             std::string(frames)) == R"("fail room.ts:3:68")");
}

TEST_CASE("a syntax error has the place, the message and the line") {
  CHECK(room("// one\nconst x: = 5;") == "room.ts:2:10: Unexpected \"=\"\n    const x: = 5;\n             ^");
  CHECK(room("export const test = () => {\n\treturn { ü: \"é𝒳\", b: c d };\n};") ==
        "room.ts:2:26: Expected \"}\" but found \"d\"\n    \treturn { ü: \"é𝒳\", b: c d };\n    \t                     "
        "  ^");
  CHECK(room("let a = 1;\nlet a = 2;").starts_with("room.ts:2:5: The symbol \"a\" has already been declared"));
  CHECK(room("export const test = (): void => {").starts_with("room.ts:1:34: "));
  CHECK(outcome({{"room.js", "\nconst a = ;"}}, "room.js").starts_with("room.js:2:11: Unexpected \";\""));
  CHECK(outcome({{"room.ts", "import './b.cjs';"}, {"b.cjs", "\n  exports.a = {;"}}).starts_with("b.cjs:2:16: "));
  // The engine's own errors, at the place in the author's file.
  CHECK(room("interface A {}\n\nexport const test = (x: any) => { delete x; };").starts_with("room.ts:3:"));
  const std::string wide(1000, ' ');
  CHECK(room(wide + "const = 1;" + wide).size() < 500);
}

TEST_CASE("the JavaScript of pages has a source map with the file in it") {
  TypeScriptCompiler compiler;
  const auto page = compiler.compile({.name = "public/app.ts", .text = "let a: 1;", .map_contains_source = true});
  REQUIRE(page.has_value());
  CHECK(page->code == "let a;\n");
  const auto map = boost::json::parse(page->map);
  CHECK(map.at("sources").at(0) == "public/app.ts");
  CHECK(map.at("sourcesContent").at(0) == "let a: 1;");
}

TEST_CASE("a file that changes, or its tsconfig.json, is compiled again") {
  const Folder folder(
      {{"room.ts",
        "class A { x; constructor() { this.y = 1; } set x(v) {} } export const test = () => Object.keys(new A());"},
       {"tsconfig.json", R"({"compilerOptions":{"useDefineForClassFields":true}})"}});
  ModuleLoader loader(folder.path());
  const auto bytecode = [&] {
    const auto graph = loader.load("room.ts");
    REQUIRE(graph.has_value());
    return *(*graph)->entry().bytecode;
  };
  const std::string first = bytecode();
  loader.typescript().rest();
  CHECK(bytecode() == first);
  folder.write("tsconfig.json", R"({"compilerOptions":{"useDefineForClassFields":false}})");
  CHECK(bytecode() != first);
  folder.write("tsconfig.json", "{\n  \"compilerOptions\": oops\n}");
  CHECK(loader.load("room.ts").error().reason.starts_with("tsconfig.json:2:22: is no JSON"));
}
