// SPDX-License-Identifier: MIT

#include "terminal_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace entmoot_app {

namespace {

bool begins_character(char c) noexcept { return (c & 0xC0) != 0x80; }

bool is_harmful(std::string_view character) noexcept {
  const auto first = static_cast<unsigned char>(character.front());
  if (character.size() == 1) return first < 0x20 || first >= 0x7F;  // control characters, invalid UTF-8
  if (first == 0xC2)
    return static_cast<unsigned char>(character[1]) < 0xA0;  // C1: U+009B alone starts an escape sequence
  // Marks, embeddings, overrides and isolates: U+200E, U+200F, U+2028 … U+202E, U+2066 … U+2069.
  if (character.size() != 3 || first != 0xE2) return false;
  const int code =
      (static_cast<unsigned char>(character[1]) & 0x3F) << 6 | (static_cast<unsigned char>(character[2]) & 0x3F);
  return code == 0x0E || code == 0x0F || (code >= 0x28 && code <= 0x2E) || (code >= 0x66 && code <= 0x69);
}

std::string sanitized(std::string_view utf8, std::size_t characters_max, bool keeps_lines) {
  std::string out;
  std::size_t count = 0;
  for (std::size_t at = 0; at < utf8.size(); ++count) {
    std::size_t end = at + 1;
    while (end < utf8.size() && !begins_character(utf8[end])) ++end;
    const std::string_view character = utf8.substr(at, end - at);
    if (count + 1 == characters_max && end < utf8.size()) return out + "…";
    const bool is_line_end = keeps_lines && character == "\n";
    out += is_harmful(character) && !is_line_end ? std::string_view("\uFFFD") : character;
    at = end;
  }
  return out;
}

}  // namespace

std::string terminal_line(std::string_view utf8, std::size_t characters_max) {
  return sanitized(utf8, characters_max, false);
}

std::string terminal_text(std::string_view utf8) {
  return sanitized(utf8, std::numeric_limits<std::size_t>::max(), true);
}

std::size_t characters_in(std::string_view utf8) noexcept {
  return static_cast<std::size_t>(std::ranges::count_if(utf8, begins_character));
}

std::string size_text(std::int64_t bytes) {
  if (bytes >= 1 << 20) return fmt::format("{:.1f} MB", static_cast<double>(bytes) / (1 << 20));
  return fmt::format("{} KB", bytes >> 10);
}

}  // namespace entmoot_app
