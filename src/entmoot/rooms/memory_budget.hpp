// SPDX-License-Identifier: MIT

#pragma once

// The memory of a node against its budget. What the kernel counts is compared, because what it counts is what ends a
// process: heaps, queues, buffers and fragmentation together.
//
//   below nine tenths    nothing
//   from there on        idle rooms are put to sleep, those that have been idle longest first (RoomShard)
//   used up              and no further room starts
//
// The measurement is repeated at an interval (Rooms); rooms that start in between count with an estimate.
//
// measure() is called by one thread, all others by any.

#include <entmoot/base/bytes.hpp>
#include <entmoot/base/result.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace entmoot {

struct MemoryBudgetOptions {
  /// 0: four fifths of what the machine or the cgroup has (base/process_memory.hpp).
  std::size_t bytes = 0;
  /// The resident bytes of the process; default: the kernel's count.
  std::function<std::size_t()> resident = {};
};

class MemoryBudget {
 public:
  /// What a room takes that has started since the last measurement.
  static constexpr std::size_t new_room_bytes = 512 * KiB;

  explicit MemoryBudget(MemoryBudgetOptions options);

  /// Measures, and logs when rooms are no longer or again admitted.
  void measure();
  /// Whether idle rooms have to sleep.
  [[nodiscard]] bool is_tight() const noexcept;
  /// Counts a room that is about to start. Error: there is no memory for it.
  [[nodiscard]] Result<void> admit_room();

  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  [[nodiscard]] std::size_t used() const noexcept;

  const std::size_t bytes_;
  const std::function<std::size_t()> resident_;
  std::atomic<std::size_t> measured_ = 0;
  std::atomic<std::size_t> started_ = 0;  // rooms, since the last measurement
  std::atomic<std::uint64_t> refused_ = 0;
  bool refusing_ = false;  // as logged
};

}  // namespace entmoot
