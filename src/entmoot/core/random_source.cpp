// SPDX-License-Identifier: MIT

#include <entmoot/core/random_source.hpp>

#include <entmoot/base/check.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <sys/random.h>

namespace entmoot {

namespace {

void from_kernel(std::span<std::uint8_t> bytes) noexcept {
  while (!bytes.empty()) {
    const ssize_t got = ::getrandom(bytes.data(), bytes.size(), 0);
    ENTMOOT_CHECK(got > 0 || errno == EINTR, "getrandom(2) succeeds");
    if (got > 0) bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace

void RandomSource::fill(std::span<std::uint8_t> bytes) noexcept {
  if (bytes.size() >= pool_.size()) return from_kernel(bytes);
  while (!bytes.empty()) {
    if (left_ == 0) {
      from_kernel(pool_);
      left_ = pool_.size();
    }
    const std::size_t taken = std::min(left_, bytes.size());
    left_ -= taken;
    std::memcpy(bytes.data(), pool_.data() + left_, taken);
    std::memset(pool_.data() + left_, 0, taken);
    bytes = bytes.subspan(taken);
  }
}

double RandomSource::fraction() noexcept {
  std::uint64_t bits = 0;
  std::array<std::uint8_t, sizeof bits> bytes{};
  fill(bytes);
  std::memcpy(&bits, bytes.data(), sizeof bits);
  return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

}  // namespace entmoot
