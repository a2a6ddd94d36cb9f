// SPDX-License-Identifier: MIT

#include <entmoot/runtime/random_stream.hpp>

#include <entmoot/base/check.hpp>

#include <openssl/evp.h>

#include <algorithm>
#include <cstring>

namespace entmoot {

void RandomStream::Free::operator()(evp_cipher_ctx_st* cipher) const noexcept { EVP_CIPHER_CTX_free(cipher); }

void RandomStream::begin(const RandomSeed& seed) noexcept {
  if (!cipher_) cipher_.reset(EVP_CIPHER_CTX_new());
  constexpr std::array<std::uint8_t, 16> start{};  // the counter and the nonce
  ENTMOOT_CHECK(cipher_ && EVP_EncryptInit_ex(cipher_.get(), EVP_chacha20(), nullptr, seed.data(), start.data()) == 1,
                "OpenSSL has ChaCha20");
  left_ = 0;
}

void RandomStream::fill(std::span<std::uint8_t> bytes) noexcept {
  while (!bytes.empty()) {
    if (left_ == 0) {
      pool_.fill(0);
      int size = 0;
      ENTMOOT_CHECK(EVP_EncryptUpdate(cipher_.get(), pool_.data(), &size, pool_.data(), static_cast<int>(pool_.size())),
                    "ChaCha20 has no end here");
      left_ = pool_.size();
    }
    const std::size_t taken = std::min(left_, bytes.size());
    std::uint8_t* from = pool_.data() + (pool_.size() - left_);
    std::memcpy(bytes.data(), from, taken);
    std::memset(from, 0, taken);
    left_ -= taken;
    bytes = bytes.subspan(taken);
  }
}

double RandomStream::fraction() noexcept {
  std::uint64_t bits = 0;
  std::array<std::uint8_t, sizeof bits> bytes{};
  fill(bytes);
  std::memcpy(&bits, bytes.data(), sizeof bits);
  return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

}  // namespace entmoot
