// SPDX-License-Identifier: MIT

#pragma once

// The memory of a room: an allocator at the start of the region that it manages, so that the region contains the
// complete state of the heap.
//
// Two-level segregated fit (M. Masmano et al., "TLSF", ECRTS 2004): allocate and free take a constant number of steps,
// free neighbours are merged at once, fragmentation is bounded. Links between blocks are offsets from the base, not
// addresses, so the allocator of a copied heap needs no fix-up. Each block has a header of 8 bytes, payloads are
// aligned to 16.
//
// Limits. The footprint never exceeds `hard`. A request beyond it does not return a null pointer to the engine, whose
// out-of-memory paths are little tested: `on_exhausted` is called and should not return (it drops the turn, the fiber
// and the heap). If it does return, the request fails with nullptr and the heap is poisoned: no more JavaScript may run
// in it. Beyond `soft`, over_soft() is true, while there is still memory to raise a proper error.
//
// One thread at a time. The region's owner owns all bytes.

#include <entmoot/js/region.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace entmoot::js {

class Heap;

/// Provides the contents of a heap's cold pages (js/cold_pages.hpp). Called in a signal handler, on the heap's thread.
class PageSource {
 public:
  virtual ~PageSource() = default;
  /// Makes the page at `offset` accessible, with its contents.
  virtual void fill(Heap& heap, std::size_t offset) const noexcept = 0;
};

struct HeapLimits {
  std::size_t hard = std::size_t{16} << 20;
  std::size_t soft = hard - hard / 8;
  friend bool operator==(const HeapLimits&, const HeapLimits&) = default;
};

class Heap {
 public:
  /// Creates an empty heap in `region`.
  static Heap& create(Region region, HeapLimits limits) noexcept;
  /// The heap at the start of `region`.
  static Heap& at(Region region) noexcept { return *reinterpret_cast<Heap*>(region.base); }
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  /// Aligned to 16. Returns nullptr only if on_exhausted() returns.
  [[nodiscard]] void* allocate(std::size_t bytes) noexcept;
  /// Like calloc(3). Clearing megabytes takes milliseconds: the handler of on_long_work() is called in between.
  [[nodiscard]] void* allocate_zeroed(std::size_t bytes) noexcept;
  void free(void* payload) noexcept;
  /// Like realloc(3): if the request fails, the old block is unchanged.
  [[nodiscard]] void* reallocate(void* payload, std::size_t bytes) noexcept;
  /// Returns the whole pages of large free blocks, and those behind the last block, to the system. They read as zeros
  /// and are committed again when they are used.
  void trim() noexcept;
  /// The size of the block, at least the size that was requested.
  [[nodiscard]] static std::size_t usable(const void* payload) noexcept;

  /// Bytes in live blocks, including headers; exact.
  [[nodiscard]] std::size_t used() const noexcept { return used_; }
  /// Bytes from the base to the end of the last block.
  [[nodiscard]] std::size_t footprint() const noexcept { return top_; }
  /// The largest footprint since trim(): the pages that may be committed.
  [[nodiscard]] std::size_t touched() const noexcept { return touched_; }
  /// A block of this size can be allocated: at the end, or in a gap between blocks.
  [[nodiscard]] std::size_t headroom() const noexcept;
  [[nodiscard]] bool over_soft() const noexcept { return used_ > limits_.soft; }
  [[nodiscard]] bool poisoned() const noexcept { return poisoned_; }
  [[nodiscard]] const HeapLimits& limits() const noexcept { return limits_; }
  /// A limit beyond the region's end is cut to it.
  void set_limits(HeapLimits limits) noexcept {
    limits_.hard = std::min<std::size_t>(limits.hard, region_bytes_);
    limits_.soft = std::min(limits.soft, limits_.hard);
  }

  /// Sets the function that is called with `argument` at exhaustion. If it returns, the request fails.
  void on_exhausted(void (*handler)(void*), void* argument) noexcept;
  /// `handler` may switch out the fiber, and may abandon it.
  void on_long_work(void (*handler)(void*), void* argument) noexcept;
  /// Whether blocks are filled with zeros when they are allocated, like by allocate_zeroed(), and when they are freed.
  void clear_blocks(bool clear) noexcept { clears_blocks_ = clear; }
  /// Simulates exhaustion in the allocation after the next `after` ones; for tests that fail each allocation in turn.
  void exhaust_after(std::uint64_t after) noexcept { exhaust_in_ = after + 1; }
  [[nodiscard]] std::uint64_t allocations() const noexcept { return allocations_; }

  /// Values of the owner that are copied with the heap: pointers into the region, or other words.
  static constexpr std::size_t roots_max = 24;
  using Roots = std::array<std::uint64_t, roots_max>;
  Roots& roots() noexcept { return roots_; }

  /// Calls `found` for each live block, in order of address.
  void each_live(void (*found)(void* opaque, void* payload), void* opaque) const noexcept;

  /// The pages from offset `from` to `to` are filled by `source`, which outlives the heap, when they are first touched.
  struct Cold {
    /// Of this many pages, from the first, is known whether they were touched.
    static constexpr std::size_t pages_known = 1024;

    const PageSource* source = nullptr;  // null: there are none
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    std::uint32_t filled = 0;  ///< Pages that were touched.
    std::array<std::uint64_t, pages_known / 64> filled_bits{};

    /// `page` counts from the first cold one.
    void note_filled(std::size_t page) noexcept {
      ++filled;
      if (page < pages_known) filled_bits[page / 64] |= std::uint64_t{1} << (page % 64);
    }
    [[nodiscard]] bool is_filled(std::size_t page) const noexcept {
      return page < pages_known && ((filled_bits[page / 64] >> (page % 64)) & 1) != 0;
    }
  };
  [[nodiscard]] Cold& cold() noexcept { return cold_; }

  /// In a copy of the heap at any address: clears the handlers and the source of cold pages.
  void forget_process() noexcept;
  /// Checks the invariants of every block; for tests. Returns nullptr, or a description of the first violation.
  [[nodiscard]] const char* inspect() const noexcept;
  /// Marks the live bytes for AddressSanitizer, after the region was filled by copying.
  void mark_for_sanitizer() noexcept;

 private:
  struct Block;
  static constexpr unsigned first_levels = 26;   // sizes below 256, then one level per power of two up to 4 GiB
  static constexpr unsigned second_levels = 16;  // lists per level
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

  std::uint32_t top_;       // offset of the first byte after the last block
  std::uint32_t last_ = 0;  // size of the block that ends at top_
  std::uint32_t touched_;
  std::uint32_t region_bytes_;
  HeapLimits limits_;
  std::size_t used_ = 0;
  std::uint64_t allocations_ = 0;
  std::uint64_t exhaust_in_ = 0;  // 0: never
  void (*exhausted_handler_)(void*) = nullptr;
  void* exhausted_argument_ = nullptr;
  void (*long_work_handler_)(void*) = nullptr;
  void* long_work_argument_ = nullptr;
  bool poisoned_ = false;
  bool clears_blocks_ = false;

  std::uint32_t first_bits_ = 0;
  std::array<std::uint16_t, first_levels> second_bits_{};
  std::array<std::array<std::uint32_t, second_levels>, first_levels>
      lists_{};  // offsets of the first free block, 0: none
  Roots roots_{};
  Cold cold_{};
};

}  // namespace entmoot::js
