// SPDX-License-Identifier: MIT

#pragma once

// Random numbers that can be drawn again: the ChaCha20 key stream (RFC 8439) of a seed. Whoever knows the seed knows
// the numbers; nobody else can predict them.

#include <entmoot/runtime/turn_record.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

struct evp_cipher_ctx_st;

namespace entmoot {

class RandomStream {
 public:
  /// Begins at the start of this seed's stream.
  void begin(const RandomSeed& seed) noexcept;
  /// After begin().
  void fill(std::span<std::uint8_t> bytes) noexcept;
  /// In [0, 1), with 53 random bits.
  [[nodiscard]] double fraction() noexcept;

 private:
  struct Free {
    void operator()(evp_cipher_ctx_st* cipher) const noexcept;
  };
  std::unique_ptr<evp_cipher_ctx_st, Free> cipher_;
  std::array<std::uint8_t, 256> pool_{};
  std::size_t left_ = 0;  // unused bytes at the end of pool_
};

}  // namespace entmoot
