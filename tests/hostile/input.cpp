// SPDX-License-Identifier: MIT

#include "input.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>

namespace entmoot::hostile {

namespace {

// Two texts of eight letters with the same value of the polynomial: since it is linear, each can stand for the other
// anywhere in a longer text, and n of them in a row are 2 ** n texts of one hash.
std::pair<std::string, std::string> colliding_pair() {
  std::unordered_map<std::uint32_t, std::string> seen;
  std::uint32_t random = 1;
  for (;;) {
    std::string text;
    std::uint32_t hash = 0;
    for (int i = 0; i < 8; ++i) {
      random = random * 1664525 + 1013904223;
      text += static_cast<char>('a' + (random >> 16) % 26);
      hash = hash * 263 + static_cast<unsigned char>(text.back());
    }
    const auto [at, fresh] = seen.emplace(hash, text);
    if (!fresh && at->second != text) return {at->second, text};
  }
}

std::string colliding_keys(std::size_t count) {
  const auto [zero, one] = colliding_pair();
  std::string out = "[{";
  for (std::size_t i = 0; i < count; ++i) {
    out += i ? ",\"" : "\"";
    for (std::size_t bit = 1; bit < count; bit *= 2) out += i & bit ? one : zero;
    out += "\":1";
  }
  return out + "}]";
}

std::string colliding_numbers(std::size_t count) {
  std::string out = "[{";
  std::size_t found = 0;
  for (std::uint64_t number = 1; found < count && number < 0x7fff'ffff; ++number) {
    const std::uint64_t atom = number | 0x8000'0000;
    if (atom * 0x61c8'8646'80b5'83ebu >> 51) continue;
    out += fmt::format("{}\"{}\":1", found++ ? "," : "", number);
  }
  return out + "}]";
}

}  // namespace

std::string arguments_of(std::string_view input) {
  if (input.empty()) return "[]";
  const auto space = input.find(' ');
  const std::string_view kind = input.substr(0, space);
  const std::size_t count = space == input.npos ? 0 : std::stoul(std::string(input.substr(space)));
  if (kind == "colliding-keys") return colliding_keys(count);
  if (kind == "colliding-numbers") return colliding_numbers(count);
  if (kind == "deep") return '[' + std::string(count, '[') + std::string(count, ']') + ']';
  if (kind == "digits") return '[' + std::string(count, '7') + ']';
  if (kind == "proto")
    return R"([{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1,"length":9}])";
  FAIL("unknown input \"" << std::string(input) << '"');
  return {};
}

}  // namespace entmoot::hostile
