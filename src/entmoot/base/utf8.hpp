// SPDX-License-Identifier: MIT

#pragma once

// Incremental UTF-8 validation: a text message with an invalid byte is rejected at that byte, not at its end (RFC 6455
// §8.1 allows it, and it bounds how much a malicious client can make the server read).
//
// RFC 3629, table in §4: no overlong forms, no surrogates, nothing above U+10FFFF. Non-characters are valid.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace entmoot {

class Utf8Validator {
 public:
  /// Takes the next bytes. Returns false from the first byte on that cannot continue valid UTF-8.
  [[nodiscard]] bool feed(std::string_view bytes) noexcept;
  /// Whether the bytes so far end between two code points (no bytes do).
  [[nodiscard]] bool at_boundary() const noexcept { return expected_ == 0 && valid_; }

 private:
  bool take(unsigned char byte) noexcept;

  std::uint8_t expected_ = 0;  // continuation bytes still to come
  std::uint8_t low_ = 0x80;    // range of the next of them
  std::uint8_t high_ = 0xbf;
  bool valid_ = true;
};

/// Whether `bytes` is complete, valid UTF-8.
[[nodiscard]] inline bool is_utf8(std::string_view bytes) noexcept {
  Utf8Validator validator;
  return validator.feed(bytes) && validator.at_boundary();
}

/// The longest prefix of `text` that fits into `bytes_max` bytes and ends between two code points.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max) noexcept;

}  // namespace entmoot
