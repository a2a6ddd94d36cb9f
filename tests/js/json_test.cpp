// SPDX-License-Identifier: MIT

// JSON of the fast functions (js/engine_json.c) is equal to the engine's own. A replacer, a space or a reviver makes
// JSON.stringify and JSON.parse use the engine's; an empty space and a reviver that changes nothing have no other
// effect.

#include "bench.hpp"

#include <entmoot/base/json.hpp>

#include <string>
#include <string_view>

using namespace entmoot;
using namespace entmoot::js;

namespace {

constexpr auto script = R"JS(
  const outcome = (make) => { try { return make(); } catch (error) { return 'error ' + error; } };
  const write = (value) => [outcome(() => JSON.stringify(value)), outcome(() => JSON.stringify(value, undefined, ''))];
  const shown = (value) => JSON.stringify(value, (key, item) => (Object.is(item, -0) ? '-0' : item), ' ');
  const read = (text) => [outcome(() => shown(JSON.parse(text))), outcome(() => shown(JSON.parse(text, (key, value) => value)))];

  let state = 1;
  const below = (n) => {
    state ^= state << 13; state ^= state >>> 17; state ^= state << 5;
    return (state >>> 0) % n;
  };
  const one = (list) => list[below(list.length)];
  const times = (n, make) => Array.from({ length: n }, make);

  const pieces = ['a', 'plain text', '"', '\\', '/', '\n', '\u0001', '\u007f', '\u0080', 'é', 'ÿ', 'Ā', '日本', '😀', '\ud800', '\udc00',
    '\u2028', ' ', '0123456789abcdef', 'x'.repeat(600)];
  const text = () => times(below(6), () => one(pieces)).join('');
  const keys = ['a', 'b', 'sender', 'text', 'timestamp', '', '0', '7', '10', '-1', '1.5', '2147483648', '4294967294', '4294967295', 'é', '日本',
    '__proto__', 'toJSON ', 'constructor', Symbol('s')];
  class Point { constructor() { this.x = below(9); this.y = undefined; } }
  class Celsius { constructor() { this.t = below(40); } toJSON() { return this.t + '°'; } }
  const number = () => one([0, -0, 1, -1, below(1e9), -below(1e9), 2 ** 31, 2 ** 53, 1e21, 1e-7, 0.1, below(1e6) / 7, NaN, Infinity, 5e-324,
    1.7976931348623157e308, 123456789012345, 1e15, 999999999999999, -1e15]);
  const object = (depth) => {
    const made = one([{}, {}, {}, Object.create(null), new Point(), Object.create({ inherited: 1 })]);
    for (let n = below(depth === 0 ? 2 : 22); n > 0; n--) {
      Object.defineProperty(made, one(keys), { value: value(depth - 1), enumerable: below(9) > 0, writable: true, configurable: true });
    }
    if (below(9) === 0) delete made[one(keys)];
    if (below(30) === 0) Object.defineProperty(made, 'got', { get: () => 3, enumerable: true });
    return made;
  };
  const array = (depth) => {
    const made = times(below(6), () => value(depth - 1));
    if (below(20) === 0) made.length += 2;
    if (below(20) === 0) made.extra = 1;
    return made;
  };
  const rare = () => one([() => new Date(below(1e9)), () => new Map([[1, 2]]), () => new Number(3), () => new String('s'), () => Object(true),
    () => 10n, () => Symbol('t'), () => () => 1, () => new Uint8Array(3), () => new Error('e'), () => new Celsius(), () => /r/,
    () => new Proxy({ a: 1 }, {}), () => { const cycle = { a: 1 }; cycle.cycle = cycle; return cycle; },
    () => { let deep = 1; for (let n = below(80); n > 0; n--) deep = one([[deep], { deep }]); return deep; }])();
  const value = (depth) => {
    const which = below(depth > 0 ? 12 : 8);
    if (which < 3) return number();
    if (which < 6) return one([text, text, () => text() + text().repeat(below(300))])();
    if (which === 6) return one([true, false, null, undefined]);
    if (which === 7) return below(6) === 0 ? rare() : null;
    return which < 11 ? object(depth) : array(depth);
  };

  const blank = () => one(['', '', '', ' ', '\n\t', '\r ']);
  const literal = () => {
    const plain = JSON.stringify(text(), undefined, '');
    if (below(3) > 0) return plain;
    return '"' + times(below(4), () => one(['\\u00e9', '\\n', '\\/', '\\u0000', '\\ud83d\\ude00', '\\ud800', 'é', 'z', '\\"'])).join('') + '"';
  };
  const source = (depth) => {
    const which = below(depth > 0 ? 10 : 6);
    if (which < 2) return one(['0', '-0', '12', '-7', '1.5', '1e3', '1E-2', '123456789012345678', '12345678901234567890', '0.1e+2', '-0.0']);
    if (which < 4) return literal();
    if (which < 6) return one(['true', 'false', 'null']);
    if (which < 7) return '[' + times(below(5), () => blank() + source(depth - 1) + blank()).join(',') + ']';
    return '{' + times(below(one([3, 3, 20, 40])), () => blank() + one([literal, () => JSON.stringify(String(one(keys.slice(0, -1))))])() + blank() + ':' + blank() + source(depth - 1) + blank()).join(',') + '}';
  };
  const broken = (json) => {
    const at = below(json.length + 1);
    return json.slice(0, at) + one(['', ',', '}', ']', '"', '\\', ':', '1', '.', 'e', '-', '\u0001', 'é', ' x']) + json.slice(at + below(3));
  };

  const differences = (seed, rounds, make, compare) => {
    state = seed;
    for (let n = 0; n < rounds; n++) {
      const subject = make();
      const [fast, own] = compare(subject);
      if (fast === own) continue;
      let at = 0;
      while (String(fast)[at] === String(own)[at]) at++;
      const near = (shown) => String(shown).slice(Math.max(0, at - 30), at + 30);
      return `round ${n}: ${typeof subject === 'string' ? subject.slice(0, 200) : ''}: …${near(fast)}… instead of …${near(own)}…`;
    }
    return 'equal';
  };
  const written = (seed, rounds) => differences(seed, rounds, () => value(4), write);
  const parsed = (seed, rounds) => differences(seed, rounds, () => (below(2) ? source(3) : broken(source(3))), read);
  const afterwards = (change) => { (0, eval)(change); return differences(7, 300, () => value(3), write); };
  const shapes = () => { let sum = 0; for (let n = 0; n < 40; n++) sum += JSON.parse(`{"k${n % 20}":${n},"sender":"a","text":"b"}`)[`k${n % 20}`]; return sum; };
)JS";

std::string result_of(Bench& room, std::string_view function, std::string_view args) {
  room.said.clear();
  room.invoke(1, function, args);
  return room.said.empty() ? "no answer" : room.said.back();
}

}  // namespace

TEST_CASE("values are written as JSON.stringify of the engine writes them") {
  Bench room(script, {.hard = std::size_t{64} << 20, .soft = std::size_t{60} << 20});
  room.start();
  for (const int seed : {1, 20, 300, 4000, 50000}) {
    CAPTURE(seed);
    CHECK(result_of(room, "written", fmt::format("[{},400]", seed)) == "1 ok \"equal\"");
  }
}

TEST_CASE("texts are read as JSON.parse of the engine reads them, and rejected with the same error") {
  Bench room(script, {.hard = std::size_t{64} << 20, .soft = std::size_t{60} << 20});
  room.start();
  for (const int seed : {1, 20, 300, 4000, 50000}) {
    CAPTURE(seed);
    CHECK(result_of(room, "parsed", fmt::format("[{},600]", seed)) == "1 ok \"equal\"");
  }
}

TEST_CASE("a script that changes the prototypes gets the JSON of the changed prototypes") {
  for (const std::string change :
       {"Object.prototype.toJSON = function () { return 'changed'; };",
        "Array.prototype.toJSON = function () { return this.length; };",
        "Object.defineProperty(Object.prototype, 'toJSON', {get() { return () => 5; }, configurable: true});",
        "Array.prototype[1] = 'from the prototype';", "Object.prototype.more = 1;",
        "Object.setPrototypeOf(Array.prototype, {toJSON() { return 'array'; }});"}) {
    CAPTURE(change);
    Bench room(script, {.hard = std::size_t{64} << 20, .soft = std::size_t{60} << 20});
    room.start();
    CHECK(result_of(room, "afterwards", to_json(Json{change})) == "1 ok \"equal\"");
  }
}

TEST_CASE("objects of many kinds follow each other") {
  Bench room(script);
  room.start();
  CHECK(result_of(room, "shapes", "[]") == "1 ok 780");
}
