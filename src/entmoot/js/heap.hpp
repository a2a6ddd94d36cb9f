// SPDX-License-Identifier: MIT

#pragma once

// A room's memory: an allocator that lies at the start of the region it hands out, so that the region's bytes are all
// there is of a heap.
//
// Two-level segregated fit (M. Masmano et al., "TLSF", ECRTS 2004): allocate and free take a constant number of steps,
// neighbours are joined at once, fragmentation is bounded. Blocks are found by offsets from the base, never by address:
// a heap that is copied elsewhere needs nothing done to its allocator. Each block has a header of 8 bytes, payloads are
// aligned to 16.
//
// Limits. The footprint never passes `hard`. A request that would pass it is not answered with a null pointer, because
// the engine's out-of-memory paths are where its bugs are: `on_exhausted` is called and is expected not to return (it
// drops the turn, the fiber and the heap). If there is nobody to drop, the request fails with nullptr and the heap is
// poisoned: no more JavaScript may run in it. Past `soft` the heap only says so (over_soft()), while there is still
// room to raise a proper error.
//
// One thread at a time; the bytes have no owner but the region's.

#include <entmoot/js/region.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace entmoot::js {

struct HeapLimits {
  std::size_t hard = std::size_t{16} << 20;
  std::size_t soft = hard - hard / 8;
};

class Heap {
 public:
  /// Lays an empty heap into `region`.
  static Heap& create(Region region, HeapLimits limits) noexcept;
  /// The heap that lies at the start of `region`.
  static Heap& at(Region region) noexcept { return *reinterpret_cast<Heap*>(region.base); }
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  /// Aligned to 16. nullptr only as said above.
  [[nodiscard]] void* allocate(std::size_t bytes) noexcept;
  void free(void* payload) noexcept;
  /// Like realloc; the old block is left as it is when the request fails.
  [[nodiscard]] void* reallocate(void* payload, std::size_t bytes) noexcept;
  /// How many bytes the block has, at least as many as were asked for.
  [[nodiscard]] static std::size_t usable(const void* payload) noexcept;

  /// Bytes in live blocks, headers included: exact.
  [[nodiscard]] std::size_t used() const noexcept { return used_; }
  /// Bytes from the base to the end of the last block: what may be committed now.
  [[nodiscard]] std::size_t footprint() const noexcept { return top_; }
  /// The largest footprint so far: what giving the region back has to cover.
  [[nodiscard]] std::size_t touched() const noexcept { return touched_; }
  [[nodiscard]] bool over_soft() const noexcept { return used_ > limits_.soft; }
  [[nodiscard]] bool poisoned() const noexcept { return poisoned_; }
  [[nodiscard]] const HeapLimits& limits() const noexcept { return limits_; }
  void set_limits(HeapLimits limits) noexcept { limits_ = limits; }

  /// Called at exhaustion with `argument`; must not return, or the request fails.
  void on_exhausted(void (*handler)(void*), void* argument) noexcept;
  /// Lets the allocation after the next `after` ones find the heap exhausted: for tests that fail each in turn.
  void exhaust_after(std::uint64_t after) noexcept { exhaust_in_ = after + 1; }
  [[nodiscard]] std::uint64_t allocations() const noexcept { return allocations_; }

  /// Where the owner keeps what it has to find again in a copied heap: pointers into the region, or values.
  static constexpr std::size_t roots_max = 16;
  using Roots = std::array<std::uint64_t, roots_max>;
  Roots& roots() noexcept { return roots_; }

  /// Walks every block and checks what must hold; for tests. Returns nullptr or what is broken.
  [[nodiscard]] const char* inspect() const noexcept;
  /// Tells AddressSanitizer which bytes are live, after the region was filled by copying.
  void mark_for_sanitizer() noexcept;

 private:
  struct Block;
  static constexpr unsigned first_levels = 26;   // sizes below 256, then one for each power of two up to 4 GiB
  static constexpr unsigned second_levels = 16;  // sixteen lists in each
  struct Class {
    unsigned first, second;
  };

  Heap(Region region, HeapLimits limits) noexcept;
  static Class class_of(std::uint32_t size) noexcept;
  [[nodiscard]] Block* block(std::uint32_t offset) noexcept;
  [[nodiscard]] std::uint32_t offset_of(const Block* block) const noexcept;
  [[nodiscard]] std::uint32_t first_block() const noexcept;
  void link(Block* block) noexcept;
  void unlink(Block* block) noexcept;
  [[nodiscard]] Block* take_fitting(std::uint32_t size) noexcept;
  [[nodiscard]] Block* extend(std::uint32_t size) noexcept;
  void cut(Block* block, std::uint32_t size) noexcept;
  void release(Block* block) noexcept;
  void set_previous_of_next(Block* block) noexcept;
  [[nodiscard]] void* grow_in_place(Block* block, std::size_t bytes) noexcept;
  void* exhausted() noexcept;

  std::uint32_t top_;       // offset of the first byte that is in no block
  std::uint32_t last_ = 0;  // size of the block that ends at top_
  std::uint32_t touched_;
  std::uint32_t slot_bytes_;
  HeapLimits limits_;
  std::size_t used_ = 0;
  std::uint64_t allocations_ = 0;
  std::uint64_t exhaust_in_ = 0;  // 0: never
  void (*exhausted_handler_)(void*) = nullptr;
  void* exhausted_argument_ = nullptr;
  bool poisoned_ = false;

  std::uint32_t first_bits_ = 0;
  std::array<std::uint16_t, first_levels> second_bits_{};
  std::array<std::array<std::uint32_t, second_levels>, first_levels>
      lists_{};  // offsets of the first free block, 0: none
  Roots roots_{};
};

}  // namespace entmoot::js
