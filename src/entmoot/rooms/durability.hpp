// SPDX-License-Identifier: MIT

#pragma once

// What of a room outlives its process (docs/durability.md).

#include <entmoot/base/clock.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace entmoot {

enum class Durability : std::uint8_t {
  none,     ///< Nothing: its state is in memory.
  relaxed,  ///< Its inputs are on the disk soon: the last 50 ms may be lost.
  full,     ///< Nothing that depends on an input leaves the server before that input is on the disk.
};

/// Which inputs of a durable room are kept although no recovery needs them any more, for its history. What exceeds
/// either limit is deleted when the room is saved the next time.
struct Retention {
  std::size_t inputs_max = 100'000;
  Duration age_max = std::chrono::hours(24 * 30);
  friend bool operator==(const Retention&, const Retention&) = default;
};

}  // namespace entmoot
