// SPDX-License-Identifier: MIT

#pragma once

// Characters of RFC 9110 section 5.6.

#include <algorithm>
#include <string_view>

namespace entmoot {

constexpr bool is_http_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_http_alpha(char c) noexcept { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
constexpr bool is_token_char(char c) noexcept {
  return is_http_digit(c) || is_http_alpha(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}
inline bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, is_token_char);
}
/// Of a header's value, and of a line in general: no control character but the tab.
constexpr bool is_value_char(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

}  // namespace entmoot
