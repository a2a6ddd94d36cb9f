// SPDX-License-Identifier: MIT

#pragma once

// Is this UTF-8? Asked piece by piece, because bytes arrive piece by piece: a text message with a bad byte is refused
// at that byte, not at its end (RFC 6455 §8.1 allows it, and it bounds what a bad client can make us read).
//
// RFC 3629, table in §4: no overlong forms, no surrogates, nothing above U+10FFFF. Non-characters are valid.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace entmoot {

class Utf8Validator {
 public:
  /// Takes the next bytes. False from the first byte on that cannot continue valid UTF-8, and for ever after.
  [[nodiscard]] bool feed(std::string_view bytes) noexcept;
  /// Whether what was fed so far ends between two code points (the empty text does).
  [[nodiscard]] bool at_boundary() const noexcept { return expected_ == 0 && valid_; }

 private:
  bool take(unsigned char byte) noexcept;

  std::uint8_t expected_ = 0;  // continuation bytes still to come
  std::uint8_t low_ = 0x80;    // what the next of them may be
  std::uint8_t high_ = 0xbf;
  bool valid_ = true;
};

/// The whole of `bytes` is UTF-8.
[[nodiscard]] inline bool is_utf8(std::string_view bytes) noexcept {
  Utf8Validator validator;
  return validator.feed(bytes) && validator.at_boundary();
}

/// As much of `text` as fits into `bytes_max` bytes, cut between two code points.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max) noexcept;

}  // namespace entmoot
