// SPDX-License-Identifier: MIT

// Templates whose blocks were moved by use (js/heap_layout.hpp, js/rehearsal.hpp), and pages that are filled when they
// are touched (js/cold_pages.hpp). Only the release preset has both: see the label in tests/CMakeLists.txt.

#include "bench.hpp"

#include <entmoot/js/builtin_script.hpp>
#include <entmoot/js/page_faults.hpp>
#include <entmoot/js/rehearsal.hpp>

#include <memory>
#include <string>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace entmoot;
using namespace entmoot::js;

namespace {

using Said = std::vector<std::string>;

const EmbeddedFile receivers = {"receivers.js", R"(
  (function (host, { succeed }) {
    const respond = (call, value) => succeed(call, value);
    return { receivers: new Map([[1, {}]]), respond };
  })
)"};

const EmbeddedFile chat = {"chat.js", R"(
  const said = [];
  export function handleIn(event, payload) {
    said.push({ event, ...payload });
    if (event === 'last') return said.at(-1);
    return { count: said.length };
  }
)"};

TemplateOptions options(bool with_heat) {
  TemplateOptions made{.scripts = {BuiltinScript::compile(receivers)}};
  using Kind = Entry::Kind;
  const Rehearsal rehearsal{.program = chat,
                            .start = {},
                            .often = {{Kind::message, "say", R"({"text":"hello"})", 1}},
                            .sometimes = {{Kind::message, "last", R"({"text":"hello"})", 1}},
                            .answers = {}};
  if (with_heat) {
    made.heat = rehearse(made.scripts, rehearsal);
    if (made.heat) CHECK(made.heat->answered == 4);  // the start, `often` twice, and `sometimes`
  }
  return made;
}

struct Room : Bench {
  explicit Room(std::string_view source, bool with_heat = true) : Bench(compiled(source), {}, options(with_heat)) {
    start();
    said.clear();
  }
  std::string answer_of(std::string_view name) {
    said.clear();
    invoke(1, name);
    return said.empty() ? "no answer" : said.front();
  }
  std::uint32_t filled() { return runtime->heap().cold().filled; }
};

// Exercises much of the language; the result does not depend on where anything lies.
constexpr auto everything = R"(
  function everything() {
    const names = [];
    const seen = new Set();
    const walk = (value, path) => {
      if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return;
      seen.add(value);
      for (const key of Reflect.ownKeys(value)) {
        const property = Reflect.getOwnPropertyDescriptor(value, key);
        names.push(path + '.' + String(key));
        walk(property.value, names.at(-1)); walk(property.get, names.at(-1)); walk(property.set, names.at(-1));
      }
      walk(Object.getPrototypeOf(value), path + '.__proto__');
    };
    walk(globalThis, '');
    return names.length + ' ' + names.join().length;
  }
  function typed() { return [new Float64Array([1.5, 2]).map((x) => x * 2).join(), /a(b+)c/u.exec('xabbc')[1],
                             new Intl_or_nothing().name, 10n ** 20n + 1n, [...new Map([[1, 2]]).keys()].join()].map(String).join('|'); }
  class Intl_or_nothing { name = typeof Intl; }
)";

}  // namespace

TEST_CASE("a room copies the pages that rooms use, and touches the others only when its script does") {
  Room room(everything);
  const std::size_t cold = room.heap->cold_bytes();
  if (!page_faults_are_handled()) {
    CHECK(cold == 0);
    return;
  }
  if (cold == 0) return;  // Linux before 6.13
  CHECK(cold > room.heap->bytes() / 2);
  CHECK(room.filled() * page_bytes < cold / 4);
  CHECK(room.answer_of("typed") == R"(1 ok "3,4|bb|undefined|100000000000000000001|1")");
  const std::uint32_t few = room.filled();
  room.answer_of("everything");
  CHECK(room.filled() > few);
  CHECK(room.runtime->heap().inspect() == nullptr);

  unsigned char resident[1];
  room.fresh();
  auto* first_cold = reinterpret_cast<std::byte*>(&room.runtime->heap()) + room.runtime->heap().cold().to - page_bytes;
  REQUIRE(mincore(first_cold, page_bytes, resident) == 0);
  CHECK((resident[0] & 1) == 0);
}

TEST_CASE("a script sees the same world in a template whose blocks were moved, and in one that was copied as a whole") {
  Room moved(everything);
  Room whole(everything, false);
  CHECK(whole.heap->cold_bytes() == 0);
  const std::string expected = whole.answer_of("everything");
  for (int copy = 0; copy < 3; ++copy) {
    CHECK(moved.answer_of("everything") == expected);
    CHECK(moved.runtime->heap().inspect() == nullptr);
    moved.fresh();
    moved.start();
  }
}

TEST_CASE("a collection leaves the template's objects alone and frees the script's cycles") {
  Room room(R"(
    function waste() {
      for (let i = 0; i < 300; i++) { const a = { m: Math, e: Error }; a.self = [a, Array.prototype]; }
      return 'done';
    }
    function mutate() {
      Array.prototype.extra = { of: [1, 2, 3] };
      Array.prototype.extra.back = Array.prototype;
      delete globalThis.WeakRef;
      globalThis.Symbol = undefined;
      return 'done';
    }
    function read() { return Array.prototype.extra.back === Array.prototype && [].extra.of.length; }
  )");
  const auto used_after_waste = [&] {
    CHECK(room.answer_of("waste") == R"(1 ok "done")");
    room.runtime->collect_garbage();
    return room.runtime->heap().used();
  };
  const std::size_t once = used_after_waste();
  const std::uint32_t filled = room.filled();
  CHECK(used_after_waste() < once + 300 * 100);
  CHECK(room.filled() == filled);
  CHECK(room.answer_of("mutate") == R"(1 ok "done")");
  for (int i = 0; i < 3; ++i) room.runtime->collect_garbage();
  CHECK(room.answer_of("read") == "1 ok 3");
  CHECK(room.runtime->heap().inspect() == nullptr);
}

TEST_CASE("slots are reused for rooms of other templates") {
  Room room(everything);
  const std::string expected = room.answer_of("everything");
  auto whole = TemplateHeap::build(Bench::compiled("function everything() { return [1, 2].map(String).join(); }"));
  REQUIRE(whole.has_value());
  for (int i = 0; i < 4; ++i) {
    const auto moved = room.heap;
    room.heap = *whole;
    room.fresh();
    room.start();
    CHECK(room.answer_of("everything") == R"(1 ok "1,2")");
    room.heap = moved;
    room.fresh();
    room.start();
    CHECK(room.answer_of("everything") == expected);
  }
}

TEST_CASE("an access that is not to a cold page ends the process as it would without cold pages") {
  if (!page_faults_are_handled()) return;
  const Room room(everything);
  const pid_t child = fork();
  if (child == 0) {
    *reinterpret_cast<volatile int*>(8) = 1;
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGSEGV);
}
