// SPDX-License-Identifier: MIT

#include <entmoot/js/durable_slots.hpp>

#include "bench.hpp"

#include <entmoot/core/sanitizers.hpp>

#include <csignal>
#include <cstring>
#include <thread>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace entmoot;
using namespace entmoot::js;

TEST_CASE("a slot has its address, and can be taken once until it is given back") {
  {
    const auto slot = DurableSlots::take(7);
    REQUIRE(slot.has_value());
    const Region region = slot->region();
    CHECK(reinterpret_cast<std::uintptr_t>(region.base) == 0x1100'1c01'0000);
    CHECK(region.bytes == RegionArena::heap_bytes_max);
    CHECK(DurableSlots::slot_of(region.base) == 7);
    CHECK(DurableSlots::in_use() == 1);
    std::memset(region.base + region.bytes - 4096, 1, 4096);
    const auto again = DurableSlots::take(7);
    REQUIRE_FALSE(again.has_value());
    CHECK(again.error().code == ErrorCode::already_exists);
    CHECK(DurableSlots::take(8).has_value());
  }
  CHECK(DurableSlots::in_use() == 0);
  const auto slot = DurableSlots::take(7);
  REQUIRE(slot.has_value());
  CHECK(slot->region().base[slot->region().bytes - 1] == std::byte{0});
}

TEST_CASE("a slot that something else has mapped is in use; a number beyond the last slot is no slot") {
  const auto at = DurableSlots::first_at + 5 * DurableSlots::slot_bytes + (std::size_t{1} << 20);
  void* mapped =
      mmap(reinterpret_cast<void*>(at), 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  REQUIRE(mapped != MAP_FAILED);
  CHECK(DurableSlots::take(5).error().code == ErrorCode::already_exists);
  munmap(mapped, 4096);
  CHECK(DurableSlots::take(5).has_value());
  CHECK(DurableSlots::take(DurableSlots::count - 1).has_value());
  CHECK(DurableSlots::take(DurableSlots::count).error().code == ErrorCode::invalid);
  CHECK_FALSE(DurableSlots::slot_of(&at).has_value());
}

TEST_CASE("threads that ask for the same slots get each of them once") {
  constexpr std::uint32_t slots = 64;
  std::atomic<int> taken = 0;
  std::vector<std::vector<DurableSlot>> held(4);
  {
    std::vector<std::jthread> threads;
    for (auto& own : held) {
      threads.emplace_back([&own, &taken] {
        for (std::uint32_t slot = 100; slot < 100 + slots; ++slot) {
          if (auto got = DurableSlots::take(slot)) {
            own.push_back(std::move(*got));
            ++taken;
          }
        }
      });
    }
  }
  CHECK(taken == slots);
  CHECK(DurableSlots::in_use() == slots);
  held.clear();
  CHECK(DurableSlots::in_use() == 0);
}

TEST_CASE("a wild access in a slot ends the process, whether the slot is in use or not") {
  if (with_asan) return;  // it reports such an access itself
  const auto dies_at = [](std::uintptr_t at) {
    const pid_t child = fork();
    if (child == 0) {
      *reinterpret_cast<volatile char*>(at) = 1;
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV;
  };
  (void)page_faults_are_handled();
  const auto slot = DurableSlots::take(9);
  REQUIRE(slot.has_value());
  const auto base = reinterpret_cast<std::uintptr_t>(slot->region().base);
  CHECK_FALSE(dies_at(base + 100'000));
  CHECK(dies_at(base - 1));
  CHECK(dies_at(base + slot->region().bytes));
  CHECK(dies_at(base + DurableSlots::slot_bytes + 100'000));
}

TEST_CASE("a room runs in a slot as it does in an arena") {
  Bench host(
      "let n = 0; function next() { return [++n, [3, 1, 2].toSorted(), new Intl_().x]; } class Intl_ { x = 'y' }");
  auto slot = DurableSlots::take(3);
  REQUIRE(slot.has_value());
  host.runtime = std::make_unique<Runtime>(std::move(*slot), *host.heap, HeapLimits{}, host);
  host.start();
  host.invoke(1, "next");
  host.invoke(2, "next");
  CHECK(host.said == std::vector<std::string>{R"(1 ok [1,[1,2,3],"y"])", R"(2 ok [2,[1,2,3],"y"])"});
  CHECK(DurableSlots::slot_of(&host.runtime->heap()) == 3);
  CHECK(host.runtime->heap().inspect() == nullptr);
  host.runtime.reset();
  CHECK(DurableSlots::in_use() == 0);
}
