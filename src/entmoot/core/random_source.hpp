// SPDX-License-Identifier: MIT

#pragma once

// Random bytes that nobody can guess: the kernel's (getrandom(2)), fetched some thousand at a time, because a script
// may ask for eight bytes in a loop. A byte is given out once and wiped.
//
// One a shard, touched by its thread only.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace entmoot {

class RandomSource {
 public:
  void fill(std::span<std::uint8_t> bytes) noexcept;
  /// In [0, 1), with 53 random bits.
  [[nodiscard]] double fraction() noexcept;

 private:
  std::array<std::uint8_t, 4096> pool_{};
  std::size_t left_ = 0;  // bytes at the start of pool_ that were not given out
};

}  // namespace entmoot
