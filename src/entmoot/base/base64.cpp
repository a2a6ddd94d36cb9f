// SPDX-License-Identifier: MIT

#include <entmoot/base/base64.hpp>

#include <array>
#include <cstdint>

namespace entmoot {

namespace {

constexpr std::string_view standard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::uint8_t no_digit = 0xff;
using Digits = std::array<std::uint8_t, 256>;

constexpr void add(Digits& digits, std::string_view alphabet) {
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    digits[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
}

template <class... Alphabets>
constexpr Digits digits_of(Alphabets... alphabets) {
  Digits digits{};
  digits.fill(no_digit);
  (add(digits, alphabets), ...);
  return digits;
}

std::string encode(std::string_view bytes, std::string_view alphabet, bool padded) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto group = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0U);
    }
    for (std::size_t i = 0; i <= group.size(); ++i) text.push_back(alphabet[bits >> (18 - 6 * i) & 63]);
    if (padded) text.append(3 - group.size(), '=');
  }
  return text;
}

enum class StrayBits { refused, ignored };

/// `text` without its padding.
Result<std::string> decode(std::string_view text, const Digits& digits, StrayBits stray_bits) {
  if (text.size() % 4 == 1) return fail(ErrorCode::invalid, "invalid base64: one character too many");
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const auto digit = digits[static_cast<unsigned char>(c)];
    if (digit == no_digit) return fail(ErrorCode::invalid, "invalid base64: a character outside the alphabet");
    bits = bits << 6 | digit;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<char>(bits >> count & 0xff));
    bits &= (1U << count) - 1;
  }
  if (bits != 0 && stray_bits == StrayBits::refused)
    return fail(ErrorCode::invalid, "invalid base64: nonzero trailing bits in the last character");
  return bytes;
}

/// Removes the padding that completes the last group of four. Other padding stays, and decode() rejects it.
std::string_view without_padding(std::string_view text) {
  if (text.size() % 4 != 0) return text;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return text;
}

}  // namespace

std::string base64_encode(std::string_view bytes) { return encode(bytes, standard, true); }

std::string base64url_encode(std::string_view bytes) { return encode(bytes, url, false); }

Result<std::string> base64_decode(std::string_view text) {
  static constexpr Digits digits = digits_of(standard);
  if (text.size() % 4 != 0) return fail(ErrorCode::invalid, "invalid base64: padding is missing");
  return decode(without_padding(text), digits, StrayBits::refused);
}

Result<std::string> base64url_decode(std::string_view text) {
  static constexpr Digits digits = digits_of(url);
  return decode(text, digits, StrayBits::refused);
}

Result<std::string> base64_decode_any(std::string_view text) {
  static constexpr Digits digits = digits_of(standard, url);
  return decode(without_padding(text), digits, StrayBits::ignored);
}

}  // namespace entmoot
