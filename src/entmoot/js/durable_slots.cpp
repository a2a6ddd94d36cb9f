// SPDX-License-Identifier: MIT

#include <entmoot/js/durable_slots.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/core/sanitizers.hpp>
#include <entmoot/js/heap.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/mman.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

namespace entmoot::js {

namespace {

constexpr std::uint32_t bits = 64;
// One bit a slot: it is mapped. Read by the handler of SIGSEGV.
std::array<std::atomic<std::uint64_t>, DurableSlots::count / bits> mapped{};
std::atomic<std::size_t> slots_in_use = 0;

constexpr std::uint64_t bit_of(std::uint32_t slot) noexcept { return std::uint64_t{1} << (slot % bits); }

constexpr std::size_t region_bytes = DurableSlots::slot_bytes - 2 * DurableSlots::guard_bytes;
static_assert(region_bytes == RegionArena::heap_bytes_max);

std::byte* base_of(std::uint32_t slot) noexcept {
  const std::uintptr_t at = DurableSlots::first_at + slot * DurableSlots::slot_bytes + DurableSlots::guard_bytes;
  return reinterpret_cast<std::byte*>(at);
}

std::optional<std::uint32_t> slot_at(std::uintptr_t at) noexcept {
  const std::uintptr_t slot = (at - DurableSlots::first_at) / DurableSlots::slot_bytes;
  if (slot >= DurableSlots::count) return std::nullopt;
  return static_cast<std::uint32_t>(slot);
}

class Owner final : public RegionOwner {
 public:
  void give_back(Region region, [[maybe_unused]] std::size_t touched) noexcept override {
    const auto slot = DurableSlots::slot_of(region.base);
    ENTMOOT_CHECK(slot && base_of(*slot) == region.base, "a region is given back to its owner");
#ifdef __SANITIZE_ADDRESS__
    __asan_unpoison_memory_region(region.base, std::min(touched, region.bytes));
#endif
    mapped[*slot / bits].fetch_and(~bit_of(*slot));
    slots_in_use.fetch_sub(1);
    ENTMOOT_CHECK(munmap(region.base, region.bytes) == 0, "munmap(2) succeeds");
  }
};

}  // namespace

DurableSlot::~DurableSlot() {
  if (region_.base) DurableSlots::owner().give_back(region_, Heap::at(region_).touched());
}

Region DurableSlot::release() noexcept { return std::exchange(region_, {}); }

bool DurableSlots::available() noexcept { return !with_tsan; }

Result<DurableSlot> DurableSlots::take(std::uint32_t slot) {
  if (slot >= count) return fail(ErrorCode::invalid, fmt::format("there is no slot {} for a durable room", slot));
  if (!available()) return fail(ErrorCode::unavailable, "this build has no slots for durable rooms");
  constexpr int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
  std::byte* const base = base_of(slot);
  void* got = mmap(base, region_bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
  const int error = errno;
  if (got != base) {
    if (got != MAP_FAILED) munmap(got, region_bytes);  // a kernel that takes the address for a hint
    if (got != MAP_FAILED || error == EEXIST) {
      return fail(ErrorCode::already_exists, fmt::format("slot {} for durable rooms is in use", slot));
    }
    return fail(ErrorCode::unavailable, fmt::format("slot {} for durable rooms cannot be mapped", slot),
                std::strerror(error));
  }
  slots_in_use.fetch_add(1);
  mapped[slot / bits].fetch_or(bit_of(slot));
  return DurableSlot({base, region_bytes});
}

std::size_t DurableSlots::in_use() noexcept { return slots_in_use.load(); }

std::optional<std::uint32_t> DurableSlots::slot_of(const void* at) noexcept {
  return slot_at(reinterpret_cast<std::uintptr_t>(at));
}

std::optional<Region> DurableSlots::region_around(std::uintptr_t at) noexcept {
  const auto slot = slot_at(at);
  if (!slot || (mapped[*slot / bits].load() & bit_of(*slot)) == 0) return std::nullopt;
  const Region region{base_of(*slot), region_bytes};
  if (at - reinterpret_cast<std::uintptr_t>(region.base) >= region.bytes) return std::nullopt;
  return region;
}

RegionOwner& DurableSlots::owner() noexcept {
  static Owner owner;
  return owner;
}

}  // namespace entmoot::js
