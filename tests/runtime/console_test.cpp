// SPDX-License-Identifier: MIT

// What a script's console writes.

#include "room_bench.hpp"

#include <boost/json/array.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace entmoot;
using namespace std::chrono_literals;

namespace {

using Lines = std::vector<std::string>;

struct Console {
  RoomBench bench;
  Lines lines;
  TestRoom room;

  Console() {
    auto program = Program::load("room.ts", "function run(code) { (0, eval)(code); }");
    REQUIRE(program.has_value());
    Budget budget;
    budget.log_lines_max = 100'000;
    budget.turn_cpu = 60s;  // under sanitizers
    bench.on_shard([&] {
      room.server = std::make_unique<JsServer>(
          bench.shard, *bench.js,
          JsServerOptions{.name = "test",
                          .program = *program,
                          .budget = budget,
                          .console = [this](std::string_view, log::Level level, std::string_view line) {
                            constexpr std::string_view marks = "dIWE";
                            lines.push_back(marks[static_cast<std::size_t>(level)] + (" " + std::string(line)));
                          }});
    });
  }
  ~Console() {
    bench.on_shard([&] { room.server.reset(); });
  }

  Lines said(const std::string& code) {
    lines.clear();
    const std::string answer = bench.call(room, "run", to_json(boost::json::array{code}));
    if (answer != "null") lines.push_back(answer);
    return lines;
  }
  void check(const std::vector<std::pair<std::string, std::string>>& cases) {
    for (const auto& [values, line] : cases) {
      CAPTURE(values);
      CHECK(said("console.log(" + values + ")") == Lines{"I " + line});
    }
  }
};

}  // namespace

TEST_CASE("console.log: texts, specifiers, and what values hold") {
  Console console;
  console.check({
      {"'a', 1, true, null, undefined, -0.5", "a 1 true null undefined -0.5"},
      {"", ""},
      {"'100%'", "100%"},
      {"'%s has %d', 'Ann', 5", "Ann has 5"},
      {"'%i %f %d %d', '12.7px', '1.5e3', 'x', 7n", "12 1500 NaN 7n"},
      {"'%o and %O', {a: 'x'}, ['y']", "{ a: 'x' } and [ 'y' ]"},
      {"'%cbold%c plain', 'font-weight: bold', ''", "bold plain"},
      {"'%% %s %s %x', 'one'", "% one %s %x"},
      {"'%s', Symbol('s'), {a: 1}", "Symbol(s) { a: 1 }"},
      {"'%s', new Map([[1, 2]])", "Map(1) { 1 => 2 }"},
      {"new Map([['a', 1]]), {n: 10n}", "Map(1) { 'a' => 1 } { n: 10n }"},
      {"new Set(['a', [1]]), new Set", "Set(2) { 'a', [ 1 ] } Set(0) {}"},
      {"[1, , 'x', [[[[[1]]]]]]", "[ 1, <1 empty item>, 'x', [ [ [ [ […] ] ] ] ] ]"},
      {"{a: {b: {c: {d: {e: {f: 1}}}}}}", "{ a: { b: { c: { d: { e: {…} } } } } }"},
      {"(() => { const a = {x: 1}; a.self = a; a.list = [a]; return a })()",
       "{ x: 1, self: [Circular], list: [ [Circular] ] }"},
      {"new (class Point { x = 1; #y = 2; get z() { return 3 } })", "Point { x: 1 }"},
      {"class A {}, class extends Array {}, function f() {}, () => 1",
       "[class A] [class (anonymous)] [Function: f] [Function: (anonymous)]"},
      {"Object.create(null), Object.create({}), new (class extends Map {})([[1, 2]])",
       "[Object: null prototype] {} {} Map(1) { 1 => 2 }"},
      {"{get a() { throw 1 }, set b(x) {}, get c() {}, set c(x) {}}",
       "{ a: [Getter], b: [Setter], c: [Getter/Setter] }"},
      {"new Date(0), new Date(NaN), /a\\/b/gi", "1970-01-01T00:00:00.000Z Invalid Date /a\\/b/gi"},
      {"new Uint8Array([1, 2]), new Uint8Array(2).buffer, new DataView(new ArrayBuffer(3))",
       "Uint8Array(2) [ 1, 2 ] ArrayBuffer { byteLength: 2 } DataView { byteLength: 3 }"},
      {"new Number(3), new String('x'), Object(Symbol('y')), new WeakMap, Promise.resolve(1)",
       "[Number: 3] [String: 'x'] [Symbol: Symbol(y)] WeakMap { <items unknown> } Promise {}"},
      {"{[Symbol('k')]: 1, 'a b': 2, __proto__: {inherited: 1}}", "{ 'a b': 2, [Symbol(k)]: 1 }"},
      {"['it\\'s', 'a\\nb', '\\ud800', '\\x00']", "[ 'it\\'s', 'a\\nb', '\\ud800', '\\x00' ]"},
      {"[new TypeError('no')]", "[ [TypeError: no] ]"},
      {"new Proxy({}, {ownKeys() { throw 1 }})", "[object]"},
      {"{toString() { throw 1 }}", "{ toString: [Function: toString] }"},
      {"-0", "-0"},
      {"0, [-0]", "0 [ -0 ]"},
  });
  const Lines error = console.said("console.error(new RangeError('too far', {cause: 5}))");
  REQUIRE(error.size() == 1);
  CHECK(error[0].starts_with("E RangeError: too far\n"));
  CHECK(error[0].ends_with("[cause]: 5"));
}

TEST_CASE("the console's other methods do what the standard says") {
  Console console;
  CHECK(console.said("console.debug('a'); console.info('b'); console.warn('c'); console.error('d')") ==
        Lines{"d a", "I b", "W c", "E d"});
  CHECK(
      console.said("console.group('a %s', 'b'); console.log('c'); console.groupCollapsed(); console.warn({d: 1}); "
                   "console.groupEnd(); console.log('e'); console.groupEnd(); console.groupEnd(); console.log('f')") ==
      Lines{"I a b", "I   c", "W     { d: 1 }", "I   e", "I f"});
  CHECK(console.said("console.group(); console.clear(); console.log('a')") == Lines{"I a"});
  CHECK(console.said("console.assert(1 < 2, 'never'); console.assert(false); console.assert(0, 'n is %d', 5); "
                     "console.assert('', {a: 1})") ==
        Lines{"E Assertion failed", "E Assertion failed: n is 5", "E Assertion failed { a: 1 }"});
  CHECK(console.said("console.count(); console.count('x'); console.count(); console.countReset(); console.count(); "
                     "console.countReset('none')") ==
        Lines{"I default: 1", "I x: 1", "I default: 2", "I default: 1", "W countReset: there is no count \"none\""});
  CHECK(console.said("console.dir({a: '%s'}, {depth: 0}); console.dirxml('%s', 1, 2)") ==
        Lines{"I { a: '%s' }", "I 1 2"});
  CHECK(console.said("console.time('t'); console.time('t')") == Lines{"W time: the timer \"t\" is running already"});
  console.bench.clock.advance(1500ms);
  CHECK(console.said(
            "console.timeLog('t', 'so', 'far'); console.timeEnd('t'); console.timeEnd('t'); console.timeLog()") ==
        Lines{"I t: 1500ms so far", "I t: 1500ms", "W timeEnd: there is no timer \"t\"",
              "W timeLog: there is no timer \"default\""});
  const Lines trace = console.said("console.trace('here %d', 1)");
  REQUIRE(trace.size() == 2);
  CHECK(trace[0] == "d here 1");
}

TEST_CASE("console.table shows rows and columns") {
  Console console;
  CHECK(console.said("console.table([{a: 1, b: 'x'}, {a: 2, c: true}, 'text'])") ==
        Lines{"I ┌─────────┬───┬───┬──────┬────────┐", "I │ (index) │ a │ b │ c    │ Values │",
              "I ├─────────┼───┼───┼──────┼────────┤", "I │ 0       │ 1 │ x │      │        │",
              "I │ 1       │ 2 │   │ true │        │", "I │ 2       │   │   │      │ text   │",
              "I └─────────┴───┴───┴──────┴────────┘"});
  CHECK(console.said("console.table(new Map([['k', {v: 1, w: 2}]]), ['w'])") ==
        Lines{"I ┌─────────┬───┐", "I │ (index) │ w │", "I ├─────────┼───┤", "I │ k       │ 2 │", "I └─────────┴───┘"});
  CHECK(console.said("console.table('text'); console.table(null)") == Lines{"I text", "I null"});
}

TEST_CASE("a line of the console is bounded, whatever it is about") {
  Console console;
  for (const std::string value :
       {"'x'.repeat(1e6)", "['x'.repeat(1e6)]", "Array(1e5).fill(1)", "Array(2**32-1)", "new Set(Array(1e4).keys())",
        "Object.fromEntries(Array(1e4).keys().map(k => ['k' + k, {k}]))", "new Uint8Array(1e5)",
        "(() => { let a = {}; for (let i = 0; i < 1e4; i++) a = {a, b: [a, a]}; return a })()",
        "Array(200).fill(Array(200).fill(Array(200).fill('abc')))"}) {
    CAPTURE(value);
    const Lines lines = console.said("console.log('%s', 1, " + value + ")");
    REQUIRE(lines.size() == 1);
    const std::string begin = lines[0].substr(0, 100);
    CAPTURE(begin);
    CHECK(lines[0].size() < 40'000);
    CHECK(lines[0].starts_with("I 1 "));
  }
  CHECK(console.said("for (let i = 0; i < 2000; i++) console.countReset, console.time('t' + i)").size() == 1000);
  CHECK(console
            .said("console.table(Array.from({length: 500}, () => Object.fromEntries(Array(100).keys().map(k => ['k' + "
                  "k, 1]))))")
            .size() == 104);
}
