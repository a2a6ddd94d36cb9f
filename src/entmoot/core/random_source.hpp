// SPDX-License-Identifier: MIT

#pragma once

// Cryptographically secure random bytes from the kernel (getrandom(2)), buffered, because a script may request eight
// bytes in a loop. Each byte is given out once and then wiped.
//
// One per shard, used on its thread only.

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
  std::size_t left_ = 0;  // unused bytes at the start of pool_
};

}  // namespace entmoot
