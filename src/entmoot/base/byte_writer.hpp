// SPDX-License-Identifier: MIT

#pragma once

// A compact binary form of numbers and texts: LEB128 for numbers, a length before each text. For what is stored.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace entmoot {

class ByteWriter {
 public:
  ByteWriter& byte(std::uint8_t value) {
    out_.push_back(static_cast<char>(value));
    return *this;
  }
  ByteWriter& number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) byte(static_cast<std::uint8_t>(value | 0x80));
    return byte(static_cast<std::uint8_t>(value));
  }
  /// Eight bytes, little-endian.
  ByteWriter& fixed(std::uint64_t value) {
    for (int i = 0; i < 8; ++i, value >>= 8) byte(static_cast<std::uint8_t>(value));
    return *this;
  }
  ByteWriter& text(std::string_view value) {
    number(value.size());
    return raw(value);
  }
  ByteWriter& raw(std::string_view bytes) {
    out_ += bytes;
    return *this;
  }
  [[nodiscard]] std::string done() && { return std::move(out_); }

 private:
  std::string out_;
};

/// Reads what a ByteWriter has written. After the first value that is not there, ok() is false, and all values are 0 or
/// empty.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) noexcept : left_(bytes) {}

  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] bool at_end() const noexcept { return left_.empty(); }
  void fail() noexcept {
    ok_ = false;
    left_ = {};
  }

  std::uint8_t byte() noexcept {
    const std::string_view one = raw(1);
    return one.empty() ? 0 : static_cast<std::uint8_t>(one.front());
  }
  std::uint64_t number() noexcept {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && ok_; shift += 7) {
      const std::uint8_t part = byte();
      value |= static_cast<std::uint64_t>(part & 0x7f) << shift;
      if (part < 0x80) return ok_ ? value : 0;
    }
    fail();
    return 0;
  }
  std::uint64_t fixed() noexcept {
    std::uint64_t value = 0;
    const std::string_view bytes = raw(8);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      value |= static_cast<std::uint64_t>(static_cast<std::uint8_t>(bytes[i])) << (8 * i);
    }
    return value;
  }
  /// Valid as long as the bytes.
  std::string_view text() noexcept {
    const std::uint64_t size = number();
    if (size <= left_.size()) return raw(static_cast<std::size_t>(size));
    fail();
    return {};
  }
  std::string_view raw(std::size_t size) noexcept {
    if (size > left_.size()) {
      fail();
      return {};
    }
    const std::string_view taken = left_.substr(0, size);
    left_.remove_prefix(size);
    return taken;
  }

 private:
  std::string_view left_;
  bool ok_ = true;
};

}  // namespace entmoot
