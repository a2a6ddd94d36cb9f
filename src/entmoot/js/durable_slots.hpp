// SPDX-License-Identifier: MIT

#pragma once

// Address space for the heaps of durable rooms. A saved heap (js/heap_snapshot.hpp) can only be loaded at the address
// at which it was saved, so such a room has a slot of its own, by number: slots belong to the process, not to a shard,
// and each has the same address in every run.
//
// The slots are not reserved: one is mapped when it is taken and unmapped when it is given back, so the kernel decides
// whether it is in use. A guard of 64 KiB at each end of a slot is never mapped. Each slot in use is a mapping of its
// own: vm.max_map_count, which is 65,530 by default, limits how many there are.
//
// Any thread, without a lock; a DurableSlot belongs to one thread at a time.

#include <entmoot/base/result.hpp>
#include <entmoot/js/region.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace entmoot::js {

/// A slot that was taken; the destructor gives it back, with all that is in it. Empty after release().
class DurableSlot {
 public:
  explicit DurableSlot(Region region) noexcept : region_(region) {}
  ~DurableSlot();
  DurableSlot(DurableSlot&& other) noexcept : region_(other.release()) {}
  DurableSlot& operator=(DurableSlot&&) = delete;

  [[nodiscard]] const Region& region() const noexcept { return region_; }
  /// The caller gives the region back to DurableSlots::owner().
  [[nodiscard]] Region release() noexcept;

 private:
  Region region_;
};

class DurableSlots {
 public:
  static constexpr std::uint32_t count = std::uint32_t{1} << 20;
  static constexpr std::size_t slot_bytes = std::size_t{64} << 20;
  static constexpr std::size_t guard_bytes = std::size_t{64} << 10;
  /// The address of slot 0; the last one ends at 0x5100'0000'0000. The addresses of programs, libraries and stacks, of
  /// arenas (js/region.hpp) and of AddressSanitizer are elsewhere.
  static constexpr std::uintptr_t first_at = 0x1100'0000'0000;

  /// False under ThreadSanitizer, whose shadow memory does not cover these addresses.
  [[nodiscard]] static bool available() noexcept;
  /// Maps the slot; its bytes are zeros. `already_exists`: it is in use, by this process or by something that it has
  /// mapped there. `unavailable`: there are no slots, or no more mappings. `invalid`: no such slot.
  [[nodiscard]] static Result<DurableSlot> take(std::uint32_t slot);
  /// Slots that this process has taken and not given back.
  [[nodiscard]] static std::size_t in_use() noexcept;
  /// The number of the slot that contains an address; none if it is not in a slot.
  [[nodiscard]] static std::optional<std::uint32_t> slot_of(const void* at) noexcept;
  /// The region of the slot in use that contains an address. For the handler of SIGSEGV: async-signal-safe.
  [[nodiscard]] static std::optional<Region> region_around(std::uintptr_t at) noexcept;
  /// Takes the regions of slots back.
  [[nodiscard]] static RegionOwner& owner() noexcept;
};

}  // namespace entmoot::js
