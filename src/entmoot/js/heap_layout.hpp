// SPDX-License-Identifier: MIT

#pragma once

// Where the blocks of a template lie in its copies.
//
// A template is built by the engine in the order in which the engine allocates, so what a room uses in each message is
// spread over all its pages. Since every word that is a pointer is known, the blocks can be moved: what rooms use often
// comes first, then what they use when they start, and at the end, on pages of its own, what they hardly ever use
// (js/cold_pages.hpp). js/rehearsal.hpp finds out which is which.
//
// Used while a template is built, on one thread; nothing of it is alive when rooms run, but for the HeapImage.

#include <entmoot/js/heap.hpp>
#include <entmoot/js/region.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace entmoot::js {

/// The words of a heap without its address.
struct HeapImage {
  std::vector<std::uint64_t> words;     // relocated to address 0
  std::vector<std::uint32_t> pointers;  // the indices of words that are pointers, ascending

  /// From two heaps that the same steps have built at two addresses, which differ by `odd_distance` or more.
  static HeapImage of(const Heap& a, const Heap& b);
  /// Copies the words from index `from` to `to` to the address at which they lie in a heap at `base`.
  void write(std::byte* base, std::size_t from, std::size_t to) const noexcept;
  /// The words from index `from` as they are in a heap at `base`; zeros behind the last one.
  void read(std::uintptr_t base, std::size_t from, std::span<std::uint64_t> out) const noexcept;

  /// What the addresses of the two heaps must differ by, besides pages: none of its lower bytes is zero. Memory is
  /// reused without being cleared, so a short string may be followed by the upper bytes of an old pointer, and a 32-bit
  /// value in a union by the upper half of one; such a word differs by another value.
  static constexpr std::size_t odd_distance = 0x5a'5a30;
};

/// A block that is moved as a whole.
struct HeapBlock {
  std::uint32_t offset = 0;  ///< From the heap's address.
  std::uint32_t bytes = 0;
  bool in_arena = false;  ///< One of the engine's small blocks.
  friend bool operator==(const HeapBlock&, const HeapBlock&) = default;
};

/// The live blocks of a template, in order of address.
[[nodiscard]] std::vector<HeapBlock> blocks_of(Heap& heap);

/// Pages of a heap.
struct ColdRange {
  std::size_t from = 0;
  std::size_t to = 0;  ///< Offsets; equal: none.
};

class HeapLayout {
 public:
  /// `image` and `blocks`, which are those of `from`, outlive it.
  HeapLayout(Heap& from, const HeapImage& image, std::span<const HeapBlock> blocks);

  /// Builds the heap in `region`, with the blocks in this order; `cold` ones are on pages of their own.
  ColdRange build(Region region, std::span<const std::uint32_t> hot, std::span<const std::uint32_t> cold);
  /// Builds the heap in `region` with each block on pages of its own, whose offsets are added to `at`, in the order of
  /// the blocks.
  void spread(Region region, std::vector<std::uint32_t>& at);

 private:
  class Writer;
  void finish(Writer& writer);

  const Heap::Roots& roots_;
  const std::size_t roots_offset_;
  const HeapImage& image_;
  std::span<const HeapBlock> blocks_;
};

}  // namespace entmoot::js
