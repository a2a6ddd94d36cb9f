// SPDX-License-Identifier: MIT

#pragma once

// Address space for heaps. A shard has one arena: slots of one size, reserved and not committed, so that an untouched
// byte costs nothing and a dropped room goes back with one call.
//
// The process has `places` of address space for arenas, at fixed addresses; each arena takes the first that is free. So
// the arenas of a node that is made first, in the order of its shards, lie at the same addresses in every run, and a
// heap's bytes can be saved and mapped back. Where there is no place left, and under ThreadSanitizer, whose shadow does
// not cover them, the kernel chooses the addresses.
//
// The first pages of a slot that comes back stay committed, as many as a fresh room touches: what a cold start costs is
// page faults. A bounded number of slots is kept that warm.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace entmoot::js {

/// The slot of one heap. Owned by who took it; goes back to the arena it came from.
struct Region {
  std::byte* base = nullptr;
  std::size_t bytes = 0;
};

struct ArenaOptions {
  std::size_t slot_bytes = std::size_t{64} << 20;   ///< Upper bound of any heap limit. A power of two.
  std::size_t warm_bytes = std::size_t{512} << 10;  ///< Of a returned slot these stay committed …
  std::size_t warm_slots_max = 256;                 ///< … in at most this many slots.
};

class RegionArena {
 public:
  enum class Place {
    fixed,     ///< The first place that is free.
    anywhere,  ///< The kernel chooses.
  };
  static constexpr unsigned places = 48;

  explicit RegionArena(ArenaOptions options = {}, Place place = Place::fixed);
  ~RegionArena();
  RegionArena(const RegionArena&) = delete;
  RegionArena& operator=(const RegionArena&) = delete;

  /// Throws std::bad_alloc when no address space is left.
  [[nodiscard]] Region take();
  /// `touched`: how many bytes from the base may be committed. The contents are gone.
  void give_back(Region region, std::size_t touched) noexcept;

  [[nodiscard]] std::size_t in_use() const noexcept { return in_use_; }
  [[nodiscard]] std::size_t slot_bytes() const noexcept { return options_.slot_bytes; }

 private:
  void reserve_chunk();

  const ArenaOptions options_;
  const unsigned place_;      // `places`: none
  std::byte* next_chunk_at_;  // wanted address of the next chunk, or nullptr: anywhere
  std::vector<Region> chunks_;
  std::vector<std::byte*> warm_;  // free slots, first pages committed
  std::vector<std::byte*> cold_;  // free slots, nothing committed
  std::size_t in_use_ = 0;
};

}  // namespace entmoot::js
