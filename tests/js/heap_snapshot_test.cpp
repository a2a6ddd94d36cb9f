// SPDX-License-Identifier: MIT

// Rooms whose heap is saved, and which go on in another Runtime or in another process, beside rooms that were never
// saved.

#include <entmoot/js/heap_snapshot.hpp>

#include "bench.hpp"

#include <entmoot/core/sanitizers.hpp>
#include <entmoot/js/builtin_script.hpp>
#include <entmoot/js/cold_pages.hpp>
#include <entmoot/js/hash_key.hpp>
#include <entmoot/js/rehearsal.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>

#include <unistd.h>

using namespace entmoot;
using namespace entmoot::js;

namespace {

using Said = std::vector<std::string>;
constexpr std::uint32_t slot_number = 77;

constexpr auto everything = R"(
  let count = 0;
  const counter = () => ++count;
  const generator = (function* () { let i = 0; try { for (;;) yield ['step', i++]; } finally { count = -1; } })();
  const both = (async function* () { for (;;) yield await next; })();
  const key = { name: 'key' }, other = Object.freeze([1]);
  const byObject = new Map([[key, 'by identity'], [other, 'frozen'], [NaN, 'NaN'], ['text', 1]]);
  const weak = new WeakMap([[key, { held: true }]]), seen = new Set([key, 'x']), weakSet = new WeakSet([other]);
  class Account { #balance = 0; static made = 0; constructor() { Account.made++; } pay(n) { this.#balance += n; return this; }
                  get balance() { return this.#balance; } #secret() { return 'secret'; } tell() { return this.#secret(); } }
  class Saver extends Account { pay(n) { return super.pay(n * 2); } }
  const account = new Account(), saver = new Saver();
  let resolve, reject;
  let next = new Promise((yes, no) => { resolve = yes; reject = no; });
  const log = [];
  next.then((value) => log.push(['then', value]));
  async function wait(name) {
    try { for (let i = 0; ; i++) log.push([name, i, await next]); } catch (error) { log.push([name, 'caught', error.message]); }
  }
  wait('first'); wait('second');
  both.next().then((value) => log.push(['async generator', value]));
  const pattern = /a(?<b>b+)c/gy;
  pattern.exec('abc-abbc');
  const bytes = new Uint8Array(5000).map((_, i) => i * 7), view = new DataView(bytes.buffer, 16);
  const floats = Float64Array.of(0.1, -0, NaN, Infinity);
  const big = 2n ** 200n;
  const symbol = Symbol('mine'), registered = Symbol.for('ours');
  const born = new Date();
  const proxy = new Proxy({}, { get: (_, name) => `proxy ${String(name)}` });
  const marked = { [symbol]: 1, [registered]: 2 };
  const bound = counter.bind(null), lazy = () => new URL('http://example.org/a?b=1').searchParams.get('b');
  const messages = [];

  function turn(n) {
    messages.push({ n, sender: 'ann', text: 'message ' + n, at: Date.now(), random: Math.random() });
    byObject.set({ n }, n).delete('text'); seen.add('s' + n);
    if (n % 3 === 0) {
      const settle = resolve;
      next = new Promise((yes, no) => { resolve = yes; reject = no; });
      settle('value ' + n);
    }
    setTimeout(() => log.push(['timer', n]), 10);
    return [counter(), bound(), generator.next().value, byObject.get(key), byObject.get(other), byObject.get(NaN), byObject.size,
      weak.get(key).held, seen.size, weakSet.has(other), account.pay(n).balance, saver.pay(n).balance, saver.tell(), Account.made,
      pattern.lastIndex, pattern.exec('abc-abbc')?.groups.b ?? null, bytes[4999], view.getUint16(1), [...floats].join(),
      String(big * BigInt(n)), marked[symbol], marked[Symbol.for('ours')], symbol.description, new Date() - born, proxy.any,
      n === 10 ? lazy() : '', JSON.stringify(messages.at(-1)), Object.keys(globalThis).length];
  }
  function told() { return [log.splice(0), messages.length]; }
  function fail() { reject(new Error('over')); return 'rejected'; }
  function close() { generator.return(); return count; }
  function grow(n) { for (let i = 0; i < n; i++) messages.push({ n: i, text: 'bulk ' + i }); return messages.length; }
)";

// A room in the slot for this test.
struct DurableRoom : Bench {
  explicit DurableRoom(std::string_view source = everything, const TemplateOptions& options = {})
      : Bench(compiled(source), {}, options) {}

  void begin() {
    leave();
    auto slot = DurableSlots::take(slot_number);
    REQUIRE(slot.has_value());
    go_on(std::make_unique<Runtime>(std::move(*slot), *heap, limits, *this));
    start();
  }
  void leave() {
    fiber.forget();
    runtime.reset();
    said.clear();
  }
  void go_on(std::unique_ptr<Runtime> with) {
    runtime = std::move(with);
    runtime->heap().on_exhausted(
        [](void* self) {
          static_cast<Bench*>(self)->exhausted = true;
          Fiber::suspend();
        },
        this);
  }
  std::string saved() { return HeapSnapshot::take(*runtime, heap).encode(); }
  void load(std::string_view encoded) {
    auto slot = load_snapshot(encoded, *heap);
    REQUIRE_MESSAGE(slot.has_value(), slot.error().reason);
    go_on(std::make_unique<Runtime>(std::move(*slot), *this));
  }
  // What a server does with a room that is idle.
  void rest() { runtime->heap().trim(); }

  void first_turns() {
    for (int n = 1; n <= 7; ++n) invoke(static_cast<std::uint64_t>(n), "turn", fmt::format("[{}]", n));
    invoke(8, "told");
    rest();
  }
  void further_turns() {
    for (int n = 8; n <= 14; ++n) {
      clock.advance(std::chrono::milliseconds(5));
      invoke(static_cast<std::uint64_t>(n), "turn", fmt::format("[{}]", n));
    }
    for (const char* name : {"told", "fail", "told", "close"}) invoke(20, name);
    runtime->collect_garbage();
    invoke(21, "turn", "[15]");
    invoke(22, "told");
    rest();
  }
};

std::string own_path() {
  char path[4096];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof path);
  REQUIRE(size > 0);
  return {path, static_cast<std::size_t>(size)};
}

}  // namespace

TEST_SUITE_BEGIN("saved heaps" * doctest::skip(with_tsan));

TEST_CASE("a room that was saved and loaded goes on like one that never was, word for word") {
  DurableRoom room;
  const auto began = room.clock.wall().now();
  room.begin();
  room.first_turns();
  const Said before = room.said;
  REQUIRE(before.size() == 15);
  CHECK(before.back().find("error") == std::string::npos);
  room.said.clear();
  room.further_turns();
  const Said expected = room.said;
  CHECK(expected.size() > 15);
  const std::string bytes_expected = room.saved();

  room.clock.wall().set(began);
  room.begin();
  room.first_turns();
  CHECK(room.said == before);
  const std::string saved = room.saved();
  room.leave();
  CHECK(DurableSlots::in_use() == 0);
  room.load(saved);
  CHECK(room.runtime->heap().inspect() == nullptr);
  CHECK(room.saved() == saved);
  room.further_turns();
  CHECK(room.said == expected);
  CHECK(room.runtime->heap().inspect() == nullptr);
  CHECK((room.saved() == bytes_expected));
}

TEST_CASE("a room that is saved and loaded after each turn does not notice") {
  DurableRoom room;
  const auto began = room.clock.wall().now();
  room.begin();
  room.first_turns();
  room.further_turns();
  const Said expected = room.said;
  room.clock.wall().set(began);
  room.begin();
  Said said;
  const auto again = [&] {
    const std::string saved = room.saved();
    std::ranges::move(room.said, std::back_inserter(said));
    room.leave();
    room.load(saved);
    room.runtime->collect_garbage();
  };
  for (int n = 1; n <= 7; ++n) {
    room.invoke(static_cast<std::uint64_t>(n), "turn", fmt::format("[{}]", n));
    again();
  }
  room.invoke(8, "told");
  again();
  room.further_turns();
  std::ranges::move(room.said, std::back_inserter(said));
  CHECK(said == expected);
}

TEST_CASE("another process of the same program goes on with a saved room") {
  const std::string file = fmt::format("/tmp/entmoot-heap-{}", getpid());
  DurableRoom room;
  room.begin();
  room.first_turns();
  const std::string saved = room.saved();
  const std::size_t told = room.said.size();
  std::ofstream(file, std::ios::binary) << saved;
  room.further_turns();

  const std::string command =
      fmt::format("ENTMOOT_HASH_KEY={} ENTMOOT_HEAP={} '{}' --no-skip -tc='goes on with a saved heap' --minimal",
                  hash_key(), file, own_path());
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe);
  std::string printed;
  char piece[4096];
  while (std::size_t got = std::fread(piece, 1, sizeof piece, pipe)) printed.append(piece, got);
  CHECK(pclose(pipe) == 0);
  std::remove(file.c_str());
  std::string expected;
  for (std::size_t i = told; i < room.said.size(); ++i) expected += room.said[i] + "\n";
  CHECK(printed.substr(0, expected.size()) == expected);
  CHECK(DurableSlots::in_use() == 1);
}

// Run by the test above, in a process of its own.
TEST_CASE("goes on with a saved heap" * doctest::skip()) {
  set_hash_key(std::strtoull(std::getenv("ENTMOOT_HASH_KEY"), nullptr, 10));
  std::ifstream file(std::getenv("ENTMOOT_HEAP"), std::ios::binary);
  const std::string saved{std::istreambuf_iterator<char>(file), {}};
  DurableRoom room;
  room.load(saved);
  CHECK(room.runtime->heap().inspect() == nullptr);
  room.further_turns();
  for (const std::string& line : room.said) std::puts(line.c_str());
}

TEST_CASE("a snapshot that is cut off, damaged or foreign is refused, and its slot stays free") {
  DurableRoom room;
  room.begin();
  room.first_turns();
  const std::string saved = room.saved();
  room.leave();
  const auto refusal = [&](std::string_view encoded) {
    const auto loaded = load_snapshot(encoded, *room.heap);
    CHECK(DurableSlots::in_use() == (loaded.has_value() ? 1 : 0));
    return loaded.has_value() ? std::string("loaded") : loaded.error().reason;
  };
  CHECK(refusal(saved) == "loaded");
  CHECK(refusal("") == "a saved heap is cut off in its header");
  CHECK(refusal(saved.substr(0, 40)) == "a saved heap is cut off in its header");
  CHECK(refusal(std::string(1000, 'x')) == "this is not a saved heap");
  CHECK(refusal(saved + "x").starts_with("a saved heap is cut off or damaged"));
  std::string other = saved;
  other[8] = 2;
  CHECK(refusal(other) == "a saved heap has format 2, and this program reads 1");

  std::random_device device;
  const auto seed = device();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int i = 0; i < 200; ++i) {
    std::string damaged = saved;
    char& byte = damaged[random() % damaged.size()];
    byte = static_cast<char>(byte ^ (1 << random() % 8));
    CHECK(refusal(damaged) != "loaded");
    CHECK(refusal(std::string_view(saved).substr(0, random() % saved.size())) != "loaded");
  }

  const DurableRoom stranger("const other = 'program';");
  const auto foreign = load_snapshot(saved, *stranger.heap);
  REQUIRE_FALSE(foreign.has_value());
  CHECK(foreign.error().code == ErrorCode::invalid);
  CHECK(foreign.error().reason == "a saved heap has another program, another build of the server or another hash key");

  const auto header = read_snapshot_header(saved);
  REQUIRE(header.has_value());
  CHECK(header->slot == slot_number);
  CHECK(header->identity == room.heap->identity());

  const auto held = DurableSlots::take(slot_number);
  REQUIRE(held.has_value());
  CHECK(load_snapshot(saved, *room.heap).error().code == ErrorCode::already_exists);
}

TEST_CASE("what a room has not touched is not saved, and stays cold") {
  static constexpr EmbeddedFile receivers = {
      "receivers.js", "(function (host, { succeed }) { return { receivers: new Map([[1, {}]]), respond: succeed }; })"};
  static constexpr EmbeddedFile chat = {"chat.js",
                                        "const said = []; export function handleIn(event, payload) { "
                                        "said.push(payload); return { count: said.length }; }"};
  TemplateOptions options{.scripts = {BuiltinScript::compile(receivers)}};
  const Rehearsal rehearsal{.program = chat,
                            .start = {},
                            .often = {{Entry::Kind::message, "say", R"({"text":"hello"})", 1}},
                            .sometimes = {},
                            .answers = {}};
  options.heat = rehearse(options.scripts, rehearsal);
  DurableRoom room(
      "let n = 0; function next() { return ++n; } function late() { return [new Date(0).toISOString(), 'x'.padEnd(3)]; "
      "}",
      options);
  if (!cold_pages_work() || room.heap->cold_bytes() == 0) return;  // only in the release preset
  room.begin();
  room.invoke(1, "next");
  const std::uint32_t filled = room.runtime->heap().cold().filled;
  const HeapSnapshot copy = HeapSnapshot::take(*room.runtime, room.heap);
  CHECK(copy.bytes() < room.heap->bytes() - room.heap->cold_bytes() / 2);
  CHECK(room.runtime->heap().cold().filled == filled);
  const std::string saved = copy.encode();
  room.leave();
  room.load(saved);
  CHECK(room.runtime->heap().cold().filled == filled);
  room.invoke(2, "next");
  CHECK(room.runtime->heap().cold().filled == filled);
  room.invoke(3, "late");
  CHECK(room.said == Said{"2 ok 2", R"(3 ok ["1970-01-01T00:00:00.000Z","x  "])"});
  CHECK(room.runtime->heap().cold().filled > filled);
  CHECK(room.runtime->heap().inspect() == nullptr);
  const std::string later = room.saved();
  room.leave();
  room.load(later);
  CHECK(room.saved() == later);
}

TEST_CASE("a large heap is saved and loaded") {
  DurableRoom room;
  room.begin();
  room.invoke(1, "grow", "[30000]");
  const std::string saved = room.saved();
  CHECK(room.runtime->heap().footprint() > 3'000'000);
  CHECK(saved.size() < room.runtime->heap().footprint() / 4);
  room.leave();
  room.load(saved);
  CHECK(room.runtime->heap().inspect() == nullptr);
  room.invoke(2, "grow", "[1]");
  CHECK(room.said == Said{"2 ok 30001"});
}

TEST_SUITE_END();
