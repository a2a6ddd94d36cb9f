// SPDX-License-Identifier: MIT

#pragma once

// The handler of SIGSEGV: finds the heap and the page that was touched, and asks the heap's PageSource (js/heap.hpp) to
// fill it. It looks for heaps in the ranges of arenas, and in the slots of durable rooms. A fault anywhere else has the
// effect that it would have without this handler. An application that embeds the library and handles SIGSEGV itself
// installs its handler before the first room's program is loaded.
//
// In a debugger, let SIGSEGV pass: `handle SIGSEGV nostop noprint` in gdb.

#include <cstddef>

namespace entmoot::js {

inline constexpr std::size_t page_bytes = 4096;

/// madvise(2) of Linux 6.13, which older headers lack: a range that faults, at the cost of its page table entries, and
/// back.
inline constexpr int madv_guard_install = 102;
inline constexpr int madv_guard_remove = 103;

/// Installs the handler at the first call. False under the sanitizers, which handle SIGSEGV themselves, under valgrind,
/// and where pages have another size. Any thread.
[[nodiscard]] bool page_faults_are_handled() noexcept;

/// Slots in which the handler looks for heaps: `bytes` from `base`, one heap in each `slot_bytes`, at `heap_offset`.
/// Called by RegionArena, on any thread. The destructor is called when no heap is left in them.
class FaultRange {
 public:
  FaultRange(std::byte* base, std::size_t bytes, std::size_t slot_bytes, std::size_t heap_offset);
  ~FaultRange();
  FaultRange(FaultRange&& other) noexcept;
  FaultRange& operator=(FaultRange&&) = delete;

 private:
  static constexpr std::size_t unused = static_cast<std::size_t>(-1);

  std::size_t entry_;
};

}  // namespace entmoot::js
