// SPDX-License-Identifier: MIT

#pragma once

// Address space for heaps. A shard has one arena: slots of one size, reserved and not committed, so that untouched
// bytes cost nothing and a dropped room is released with one system call.
//
// The process has `places` ranges of address space for arenas, at fixed addresses; each arena takes the first free one.
// The arenas of the first node, in the order of its shards, therefore have the same addresses in every run. Heaps that
// are saved have slots of their own, which belong to no shard (js/durable_slots.hpp). If no place is left, and under
// ThreadSanitizer, whose shadow memory does not cover them, the kernel chooses the addresses.
//
// A guard of 64 KiB lies before the bytes of each slot, and behind those of the last one: whatever runs past the end of
// a heap faults before it reaches another one.
//
// The first pages of a returned slot stay committed, as many as a new room touches, because page faults are most of the
// cost of a cold start. The number of such warm slots is bounded.
//
// Used on its shard's thread.

#include <entmoot/js/page_faults.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace entmoot::js {

/// The usable bytes of a slot, for one heap. Owned by the caller of take(), who returns them to their owner.
struct Region {
  std::byte* base = nullptr;
  std::size_t bytes = 0;
};

/// What regions are given back to: an arena, or DurableSlots (js/durable_slots.hpp).
class RegionOwner {
 public:
  virtual ~RegionOwner() = default;
  /// `touched`: the number of bytes from the base that may be committed. The contents are lost.
  virtual void give_back(Region region, std::size_t touched) noexcept = 0;
};

struct ArenaOptions {
  std::size_t slot_bytes = std::size_t{64} << 20;   ///< Including guards. A power of two.
  std::size_t warm_bytes = std::size_t{512} << 10;  ///< Bytes of a returned slot that stay committed.
  std::size_t warm_slots_max = 256;                 ///< Number of slots for which they do.
};

class RegionArena final : public RegionOwner {
 public:
  enum class Place {
    fixed,     ///< The first free place.
    anywhere,  ///< An address that the kernel chooses.
  };
  static constexpr unsigned places = 24;
  static constexpr std::size_t guard_bytes = std::size_t{64} << 10;
  /// The upper bound of any heap, in a slot of the default size.
  static constexpr std::size_t heap_bytes_max = ArenaOptions{}.slot_bytes - 2 * guard_bytes;

  explicit RegionArena(ArenaOptions options = {}, Place place = Place::fixed);
  ~RegionArena() override;
  RegionArena(const RegionArena&) = delete;
  RegionArena& operator=(const RegionArena&) = delete;

  /// Throws std::bad_alloc if no address space is left.
  [[nodiscard]] Region take();
  void give_back(Region region, std::size_t touched) noexcept override;

  /// Memory is tight: returns the committed pages of up to `most` returned slots to the system.
  void cool(std::size_t most) noexcept;

  [[nodiscard]] std::size_t in_use() const noexcept { return in_use_; }
  /// Bytes of a region.
  [[nodiscard]] std::size_t region_bytes() const noexcept { return options_.slot_bytes - 2 * guard_bytes; }

 private:
  void reserve_chunk();

  const ArenaOptions options_;
  const unsigned place_;      // `places`: none
  std::byte* next_chunk_at_;  // desired address of the next chunk; nullptr: anywhere
  std::vector<Region> chunks_;
  std::vector<FaultRange> fault_ranges_;  // of the chunks
  // The bases of free regions.
  std::vector<std::byte*> warm_;   // with their first pages committed
  std::vector<std::byte*> cold_;   // without committed pages
  std::vector<std::byte*> fresh_;  // without a guard yet
  std::size_t in_use_ = 0;
};

}  // namespace entmoot::js
