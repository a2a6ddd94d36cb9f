// SPDX-License-Identifier: MIT

#include <entmoot/base/utf8.hpp>

#include <cstddef>
#include <cstring>

namespace entmoot {

bool Utf8Validator::take(unsigned char byte) noexcept {
  if (expected_ > 0) {
    if (byte < low_ || byte > high_) return false;
    low_ = 0x80;
    high_ = 0xbf;
    --expected_;
    return true;
  }
  if (byte < 0x80) return true;
  if (byte >= 0xc2 && byte <= 0xdf) {
    expected_ = 1;
  } else if (byte >= 0xe0 && byte <= 0xef) {
    expected_ = 2;
    if (byte == 0xe0) low_ = 0xa0;   // overlong forms
    if (byte == 0xed) high_ = 0x9f;  // surrogates
  } else if (byte >= 0xf0 && byte <= 0xf4) {
    expected_ = 3;
    if (byte == 0xf0) low_ = 0x90;
    if (byte == 0xf4) high_ = 0x8f;  // above U+10FFFF
  } else {
    return false;
  }
  return true;
}

bool Utf8Validator::feed(std::string_view bytes) noexcept {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (valid_ && at != end) {
    // Most text is ASCII: eight bytes per step while no sequence is open.
    while (expected_ == 0 && end - at >= 8) {
      std::uint64_t word;
      std::memcpy(&word, at, 8);
      if (word & 0x8080808080808080u) break;
      at += 8;
    }
    if (at == end) break;
    valid_ = take(static_cast<unsigned char>(*at++));
  }
  return valid_;
}

std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max) noexcept {
  if (text.size() <= bytes_max) return text;
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xc0) == 0x80) --bytes_max;
  return text.substr(0, bytes_max);
}

}  // namespace entmoot
