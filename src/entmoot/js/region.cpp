// SPDX-License-Identifier: MIT

#include <entmoot/js/region.hpp>

#include <entmoot/base/check.hpp>
#include <entmoot/base/log.hpp>
#include <entmoot/core/sanitizers.hpp>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <new>

#include <sys/mman.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

namespace entmoot::js {

namespace {

constexpr std::size_t slots_per_chunk = 256;
// Far from the addresses where Linux puts programs, libraries and stacks, behind those of durable rooms
// (js/durable_slots.hpp) and behind AddressSanitizer's heap, which ends at 0x6400'0000'0000; one TiB per place.
constexpr std::uintptr_t arenas_at = 0x6500'0000'0000;
constexpr std::uintptr_t arena_stride = std::uintptr_t{1} << 40;

std::atomic<std::uint64_t> places_taken = 0;
static_assert(RegionArena::places <= 64);

unsigned take_place() noexcept {
  std::uint64_t taken = places_taken.load();
  for (;;) {
    const auto place = static_cast<unsigned>(std::countr_one(taken));
    if (place >= RegionArena::places) return RegionArena::places;
    if (places_taken.compare_exchange_weak(taken, taken | std::uint64_t{1} << place)) return place;
  }
}

std::byte* map(std::byte* wanted, std::size_t bytes) {
  constexpr int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  if (wanted) {
    void* got = mmap(wanted, bytes, PROT_READ | PROT_WRITE, flags | MAP_FIXED_NOREPLACE, -1, 0);
    if (got == wanted) return wanted;
    if (got != MAP_FAILED) munmap(got, bytes);
  }
  void* got = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (got == MAP_FAILED) throw std::bad_alloc();
  return static_cast<std::byte*>(got);
}

// Kernels without guards in page tables get pages without access, which are a mapping of their own.
void guard(std::byte* at) {
  if (madvise(at, RegionArena::guard_bytes, madv_guard_install) == 0) return;
  if (mprotect(at, RegionArena::guard_bytes, PROT_NONE) == 0) return;
  static std::atomic<bool> said = false;
  if (said.exchange(true)) return;
  log::warn("no guard pages between heaps: {}; raise the kernel's vm.max_map_count", std::strerror(errno));
}

}  // namespace

RegionArena::RegionArena(ArenaOptions options, Place place)
    : options_(options),
      place_(with_tsan || place == Place::anywhere ? places : take_place()),
      next_chunk_at_(place_ == places ? nullptr : reinterpret_cast<std::byte*>(arenas_at + place_ * arena_stride)) {
  ENTMOOT_CHECK(std::has_single_bit(options.slot_bytes) && options.slot_bytes > 2 * guard_bytes,
                "the size of a slot is a power of two, and larger than its guards");
}

RegionArena::~RegionArena() {
  ENTMOOT_CHECK(in_use_ == 0, "every heap is destroyed before its arena");
  for (const Region& chunk : chunks_) munmap(chunk.base, chunk.bytes);
  if (place_ != places) places_taken.fetch_and(~(std::uint64_t{1} << place_));
}

void RegionArena::reserve_chunk() {
  const std::size_t bytes = options_.slot_bytes * slots_per_chunk;
  std::byte* base = map(next_chunk_at_, bytes);
  next_chunk_at_ = base == next_chunk_at_ ? base + bytes : nullptr;
  chunks_.push_back({base, bytes});
  fault_ranges_.emplace_back(base, bytes, options_.slot_bytes, guard_bytes);
  for (std::size_t i = slots_per_chunk; i-- > 0;) fresh_.push_back(base + i * options_.slot_bytes + guard_bytes);
  guard(base + bytes - guard_bytes);
}

Region RegionArena::take() {
  if (warm_.empty() && cold_.empty() && fresh_.empty()) reserve_chunk();
  auto& from = !warm_.empty() ? warm_ : !cold_.empty() ? cold_ : fresh_;
  const Region region{from.back(), region_bytes()};
  if (&from == &fresh_) guard(region.base - guard_bytes);
  from.pop_back();
  ++in_use_;
  return region;
}

void RegionArena::give_back(Region region, std::size_t touched) noexcept {
  --in_use_;
#ifdef __SANITIZE_ADDRESS__
  __asan_unpoison_memory_region(region.base, touched);
#endif
  const bool keep_warm = warm_.size() < options_.warm_slots_max;
  const std::size_t kept = keep_warm ? options_.warm_bytes : 0;
  if (touched > kept) {
    const std::size_t bytes = std::min(touched, region.bytes) - kept;
    // Fails only for arguments that are not page-aligned or not mapped.
    ENTMOOT_CHECK(madvise(region.base + kept, bytes, MADV_DONTNEED) == 0, "madvise(2) succeeds");
  }
  (keep_warm ? warm_ : cold_).push_back(region.base);
}

void RegionArena::cool(std::size_t most) noexcept {
  for (; most > 0 && !warm_.empty(); --most) {
    ENTMOOT_CHECK(madvise(warm_.back(), options_.warm_bytes, MADV_DONTNEED) == 0, "madvise(2) succeeds");
    cold_.push_back(warm_.back());
    warm_.pop_back();
  }
}

}  // namespace entmoot::js
