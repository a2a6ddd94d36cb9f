// SPDX-License-Identifier: MIT

#pragma once

// What of a room outlives its process (docs/durability.md).

#include <cstdint>

namespace entmoot {

enum class Durability : std::uint8_t {
  none,     ///< Nothing: its state is in memory.
  relaxed,  ///< Its inputs are on the disk soon: the last 50 ms may be lost.
  full,     ///< Nothing that depends on an input leaves the server before that input is on the disk.
};

}  // namespace entmoot
