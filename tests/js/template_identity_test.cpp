// SPDX-License-Identifier: MIT

// What in a template depends on the process that builds it: nothing but the key of the engine's hashes.

#include "template_identity.hpp"

#include "bench.hpp"

#include <entmoot/js/hash_key.hpp>
#include <entmoot/js/heap_layout.hpp>

#include <cinttypes>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <unistd.h>

using namespace entmoot;
using namespace entmoot::js;

namespace {

// The last line that a command prints.
std::string printed_by(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe);
  std::string last;
  char line[1024];
  while (std::fgets(line, sizeof line, pipe)) last = line;
  CHECK(pclose(pipe) == 0);
  while (!last.empty() && last.back() == '\n') last.pop_back();
  return last;
}

std::string own_path() {
  char path[4096];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof path);
  REQUIRE(size > 0);
  return {path, static_cast<std::size_t>(size)};
}

struct Mapping {
  std::uintptr_t from = 0;
  std::uintptr_t to = 0;
  std::string name;
};

// Where a process has its shared libraries and its stack.
std::vector<Mapping> foreign_mappings() {
  std::vector<Mapping> found;
  std::ifstream maps("/proc/self/maps");
  const std::string own = own_path();
  for (std::string line; std::getline(maps, line);) {
    Mapping m;
    if (std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR, &m.from, &m.to) != 2) continue;
    const auto name = line.find_first_of("/[");
    if (name == std::string::npos) continue;
    m.name = line.substr(name);
    if (m.name == own || m.name == "[heap]" || m.name == "[vvar]") continue;
    found.push_back(std::move(m));
  }
  return found;
}

std::uint64_t volatile* words_of(Heap& heap) { return reinterpret_cast<volatile std::uint64_t*>(&heap); }

__attribute__((no_sanitize("address"))) std::string word_that_points_out(Heap& heap) {
  const auto* graph =
      reinterpret_cast<const volatile std::uint64_t*>(&heap.roots()[static_cast<std::size_t>(Root::graph)]);
  const auto mappings = foreign_mappings();
  for (std::size_t i = 0; i < heap.footprint() / sizeof(std::uint64_t); ++i) {
    const std::uint64_t word = words_of(heap)[i];
    if (words_of(heap) + i == graph) continue;  // set again in each copy
    for (const Mapping& m : mappings) {
      if (word >= m.from && word < m.to) return fmt::format("the word at {:#x} is in {}", i * sizeof word, m.name);
    }
  }
  return "none";
}

__attribute__((no_sanitize("address"))) std::size_t words_between(Heap& heap, std::uintptr_t from, std::uintptr_t to) {
  std::size_t found = 0;
  for (const HeapBlock& block : blocks_of(heap)) {
    for (std::size_t at = block.offset; at < block.offset + block.bytes; at += sizeof(std::uint64_t)) {
      const std::uint64_t word = words_of(heap)[at / sizeof(std::uint64_t)];
      found += word >= from && word < to;
    }
  }
  return found;
}

}  // namespace

TEST_CASE("no word of a suspended function refers to the stack") {
  Bench room(R"(
    let here, settle;
    const generator = (function* () { for (;;) yield [1, 2].map((x) => x * 2); })();
    const waits = new Promise((resolve) => { settle = resolve; });
    async function wait() { const value = await waits; return value; }
    async function* both() { for (;;) yield await waits; }
    function go() { generator.next(); wait(); both().next(); return 1; }
  )");
  room.start();
  room.invoke(1, "go");
  CHECK(room.said == std::vector<std::string>{"1 ok 1"});
  const auto top = reinterpret_cast<std::uintptr_t>(room.ran_at);
  // The engine knows the top of the stack that it ran on, and its limit.
  CHECK(words_between(room.runtime->heap(), top - fiber_stack_bytes, top + 4096) == 2);
}

TEST_CASE("no word of a template refers to a shared library or to the stack") {
  const auto script = compile_script("room.ts", "const state = new Map(); function say(x) { return Math.sin(x); }");
  REQUIRE(script.has_value());
  const auto built = TemplateHeap::build(*script);
  REQUIRE(built.has_value());
  RegionArena arena;
  const Region region = arena.take();
  Heap& heap = (*built)->copy_into(region, {});
  CHECK(word_that_points_out(heap) == "none");
  arena.give_back(region, heap.touched());
}

TEST_CASE(
    "two processes of one program with one key build a template of the same identity; another key or program does "
    "not") {
  const auto print = [](std::uint64_t key) {
    return printed_by(
        fmt::format("ENTMOOT_HASH_KEY={} '{}' --no-skip -tc='prints an identity' --minimal", key, own_path()));
  };
  const std::string identity = identity_of_an_example();
  CHECK(identity.size() == 32);
  CHECK(print(hash_key()) == identity);
  CHECK(print(hash_key()) == identity);
  CHECK(print(hash_key() + 2) != identity);
  const std::string other = fmt::format("{} {}", ENTMOOT_PRINT_IDENTITY, hash_key());
  const std::string of_other = printed_by(other);
  CHECK(of_other.size() == 32);
  CHECK(of_other != identity);
  CHECK(printed_by(other) == of_other);
}

// Run by the test above, in a process of its own.
TEST_CASE("prints an identity" * doctest::skip()) {
  set_hash_key(std::strtoull(std::getenv("ENTMOOT_HASH_KEY"), nullptr, 10));
  std::puts(identity_of_an_example().c_str());
}
