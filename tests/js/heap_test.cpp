// SPDX-License-Identifier: MIT

#include <entmoot/js/heap.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace entmoot::js;

namespace {

struct HeapFixture {
  RegionArena arena;
  Region region = arena.take();
  Heap& heap;
  explicit HeapFixture(HeapLimits limits = {}) : heap(Heap::create(region, limits)) {}
  ~HeapFixture() { arena.give_back(region, heap.touched()); }
};

}  // namespace

TEST_CASE("random allocations, reallocations and frees keep contents, accounting and structure") {
  for (const unsigned seed : {1u, 2u, 3u}) {
    CAPTURE(seed);
    HeapFixture f({.hard = 8u << 20, .soft = 7u << 20});
    std::mt19937 random(seed);
    struct Held {
      std::uint8_t* at;
      std::size_t bytes;
      std::uint8_t mark;
    };
    std::vector<Held> held;
    const auto size = [&]() -> std::size_t { return random() % 8 ? random() % 200 + 1 : random() % 20'000 + 1; };
    for (int step = 0; step < 20'000; ++step) {
      const auto choice = random() % 10;
      if (held.empty() || choice < 5) {
        const std::size_t bytes = size();
        auto* at = static_cast<std::uint8_t*>(f.heap.allocate(bytes));
        REQUIRE(at != nullptr);
        REQUIRE(reinterpret_cast<std::uintptr_t>(at) % 16 == 0);
        REQUIRE(Heap::usable(at) >= bytes);
        held.push_back({at, bytes, static_cast<std::uint8_t>(random())});
        std::memset(at, held.back().mark, bytes);
      } else {
        const std::size_t i = random() % held.size();
        Held& h = held[i];
        for (std::size_t k = 0; k < h.bytes; k += 37) REQUIRE(h.at[k] == h.mark);
        if (choice < 7) {
          const std::size_t bytes = size();
          h.at = static_cast<std::uint8_t*>(f.heap.reallocate(h.at, bytes));
          REQUIRE(h.at != nullptr);
          for (std::size_t k = 0; k < std::min(bytes, h.bytes); k += 37) REQUIRE(h.at[k] == h.mark);
          std::memset(h.at, h.mark, bytes);
          h.bytes = bytes;
        } else {
          f.heap.free(h.at);
          held[i] = held.back();
          held.pop_back();
        }
      }
      if (step % 500 == 0) {
        const char* broken = f.heap.inspect();
        REQUIRE_MESSAGE(broken == nullptr, broken);
        if (const std::size_t most = f.heap.headroom(); step % 1000 == 0) {
          void* at = f.heap.allocate(most);
          REQUIRE(at != nullptr);
          f.heap.free(at);
        }
      }
    }
    for (const Held& h : held) f.heap.free(h.at);
    CHECK(f.heap.inspect() == nullptr);
    CHECK(f.heap.used() == 0);
    HeapFixture empty;
    CHECK(f.heap.footprint() == empty.heap.footprint());  // everything went back to the unused end
  }
}

TEST_CASE("a large block is cleared in pieces, between which the handler of long work is called") {
  HeapFixture f({.hard = 8u << 20, .soft = 7u << 20});
  int pauses = 0;
  f.heap.on_long_work([](void* count) { ++*static_cast<int*>(count); }, &pauses);
  auto* small = static_cast<unsigned char*>(f.heap.allocate(100'000));
  std::fill_n(small, 100'000, static_cast<unsigned char>(1));
  f.heap.free(small);
  CHECK(f.heap.allocate_zeroed(100) != nullptr);
  CHECK(pauses == 0);
  const auto* large = static_cast<unsigned char*>(f.heap.allocate_zeroed(2'000'000));
  REQUIRE(large != nullptr);
  CHECK(pauses == 7);
  CHECK(std::all_of(large, large + 2'000'000, [](unsigned char byte) { return byte == 0; }));
  CHECK(f.heap.inspect() == nullptr);
}

TEST_CASE("a request past the hard limit calls the exhausted handler, fails and poisons the heap") {
  HeapFixture f({.hard = 1u << 20, .soft = 900u << 10});
  int told = 0;
  f.heap.on_exhausted([](void* count) { ++*static_cast<int*>(count); }, &told);
  std::vector<void*> blocks;
  while (void* block = f.heap.allocate(4096)) blocks.push_back(block);
  CHECK(told == 1);
  CHECK(f.heap.poisoned());
  CHECK(f.heap.footprint() <= 1u << 20);
  CHECK(f.heap.footprint() > (1u << 20) - 8192);  // the limit is exact but for one block
  CHECK(f.heap.over_soft());
  for (void* block : blocks) f.heap.free(block);
  CHECK(f.heap.inspect() == nullptr);
  CHECK(f.heap.allocate(std::size_t{1} << 40) == nullptr);
}

TEST_CASE("fragmentation is bounded: holes of one size serve requests of a smaller one") {
  HeapFixture f({.hard = 4u << 20, .soft = 4u << 20});
  std::vector<void*> blocks;
  for (int i = 0; i < 1000; ++i) blocks.push_back(f.heap.allocate(1000));
  const std::size_t full = f.heap.footprint();
  for (std::size_t i = 0; i < blocks.size(); i += 2) f.heap.free(blocks[i]);
  for (int i = 0; i < 500; ++i) REQUIRE(f.heap.allocate(800) != nullptr);
  CHECK(f.heap.footprint() == full);
  CHECK(f.heap.inspect() == nullptr);
}

TEST_CASE("returned regions are reused") {
  RegionArena arena({.slot_bytes = 1u << 20, .warm_bytes = 64u << 10, .warm_slots_max = 2});
  std::vector<Region> regions;
  for (int i = 0; i < 600; ++i) {  // more than one chunk of address space
    regions.push_back(arena.take());
    std::memset(regions.back().base, i, 200'000);
  }
  CHECK(arena.in_use() == 600);
  for (const Region& region : regions) arena.give_back(region, 200'000);
  CHECK(arena.in_use() == 0);
  const Region again = arena.take();
  CHECK(again.base[150'000] == std::byte{0});  // what lies past the warm pages is fresh
  arena.give_back(again, 200'000);
}

TEST_CASE(
    "a limit beyond the region's end is cut to it, and a heap that uses all of it leaves its neighbours unchanged") {
  RegionArena arena({.slot_bytes = 1u << 20});
  const Region regions[] = {arena.take(), arena.take(), arena.take()};
  for (const int i : {0, 2}) std::memset(regions[i].base, 0x5a, regions[i].bytes);
  Heap& heap = Heap::create(regions[1], {.hard = 1u << 30, .soft = 1u << 30});
  CHECK(heap.limits().hard == regions[1].bytes);
  heap.set_limits({.hard = std::size_t{1} << 40, .soft = 5000});
  CHECK(heap.limits().hard == regions[1].bytes);
  CHECK(heap.limits().soft == 5000);
  for (const std::size_t bytes : {std::size_t{100'000}, std::size_t{1000}, std::size_t{1}}) {
    while (void* block = heap.allocate(bytes)) std::memset(block, 0xff, bytes);
  }
  CHECK(heap.footprint() > regions[1].bytes - 64);
  CHECK(heap.footprint() <= regions[1].bytes);
  for (const int i : {0, 2}) {
    CHECK(std::all_of(regions[i].base, regions[i].base + regions[i].bytes,
                      [](std::byte b) { return b == std::byte{0x5a}; }));
  }
  for (const Region& region : regions) arena.give_back(region, region.bytes);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which report the fault themselves
TEST_CASE("what is written before or behind the heaps of an arena faults, also after a region was returned") {
  RegionArena arena({.slot_bytes = 1u << 20, .warm_bytes = 64u << 10, .warm_slots_max = 1});
  const auto faults = [](std::byte* at) {
    const pid_t child = fork();
    if (child == 0) {
      std::signal(SIGSEGV, SIG_DFL);
      *const_cast<volatile std::byte*>(at) = std::byte{1};
      _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV;
  };
  std::vector<Region> regions;
  for (int round = 0; round < 2; ++round) {
    while (regions.size() < 256) regions.push_back(arena.take());
    for (const Region& region : regions) {
      if (region.base != regions.front().base && region.base != regions.back().base) continue;
      CHECK(faults(region.base - 1));
      CHECK(faults(region.base - RegionArena::guard_bytes));
      CHECK_FALSE(faults(region.base));
      CHECK_FALSE(faults(region.base + region.bytes - 1));
    }
    const auto last = std::ranges::max(regions, {}, &Region::base);
    CHECK(faults(last.base + last.bytes));
    for (const Region& region : regions) arena.give_back(region, region.bytes);
    regions.clear();
  }
}
#endif

TEST_CASE("trim returns the pages of free memory to the system, and the heap goes on") {
  HeapFixture f;
  const auto resident = [&] {
    const std::size_t pages = f.region.bytes / 4096;
    std::vector<unsigned char> in_core(pages);
    REQUIRE(mincore(f.region.base, pages * 4096, in_core.data()) == 0);
    return static_cast<std::size_t>(std::ranges::count_if(in_core, [](unsigned char page) { return page & 1; })) * 4096;
  };
  constexpr std::size_t big = 1u << 20;
  std::vector<void*> blocks;
  for (int i = 0; i < 8; ++i) {
    blocks.push_back(f.heap.allocate(big));
    std::memset(blocks.back(), i, big);
  }
  CHECK(resident() >= 8 * big);
  for (int i : {1, 3, 5, 7}) f.heap.free(blocks[static_cast<std::size_t>(i)]);
  CHECK(resident() >= 8 * big);
  f.heap.trim();
  CHECK(resident() < 5 * big);
  CHECK(f.heap.inspect() == nullptr);
  for (int i : {0, 2, 4, 6}) {
    const auto* bytes = static_cast<const std::uint8_t*>(blocks[static_cast<std::size_t>(i)]);
    CHECK(std::all_of(bytes, bytes + big, [i](std::uint8_t byte) { return byte == i; }));
  }
  for (int i : {1, 3, 5, 7}) {
    auto& block = blocks[static_cast<std::size_t>(i)];
    block = f.heap.allocate(big);
    REQUIRE(block != nullptr);
    std::memset(block, 9, big);
  }
  CHECK(f.heap.inspect() == nullptr);
  for (void* block : blocks) f.heap.free(block);
  f.heap.trim();
  CHECK(f.heap.inspect() == nullptr);
  CHECK(resident() < big);
  CHECK(f.heap.touched() < big);
}
