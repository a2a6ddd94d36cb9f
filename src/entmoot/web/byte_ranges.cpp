// SPDX-License-Identifier: MIT

#include <entmoot/web/byte_ranges.hpp>

#include <entmoot/web/http_grammar.hpp>
#include <entmoot/web/http_request.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

namespace entmoot {

namespace {

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// A number beyond the largest one counts as the largest.
std::optional<std::size_t> number_in(std::string_view digits) noexcept {
  if (digits.empty() || !std::ranges::all_of(digits, is_http_digit)) return std::nullopt;
  constexpr std::size_t largest = std::numeric_limits<std::size_t>::max();
  std::size_t number = 0;
  for (const char digit : digits) {
    const auto value = static_cast<std::size_t>(digit - '0');
    if (number > (largest - value) / 10) return largest;
    number = number * 10 + value;
  }
  return number;
}

}  // namespace

ByteRange byte_range_of(std::string_view header, std::size_t size) noexcept {
  const auto equals = header.find('=');
  if (equals == std::string_view::npos || !same_name(trimmed(header.substr(0, equals)), "bytes")) return {};
  const auto range = trimmed(header.substr(equals + 1));
  const auto dash = range.find('-');
  if (dash == std::string_view::npos || range.find(',') != std::string_view::npos) return {};
  const auto from = range.substr(0, dash), to = range.substr(dash + 1);
  if (from.empty()) {  // the last bytes
    const auto length = number_in(to);
    if (!length) return {};
    if (*length == 0 || size == 0) return {.kind = ByteRange::Kind::unsatisfiable};
    const std::size_t taken = std::min(*length, size);
    return {.kind = ByteRange::Kind::part, .first = size - taken, .size = taken};
  }
  const auto first = number_in(from);
  const auto last = to.empty() ? std::optional(std::numeric_limits<std::size_t>::max()) : number_in(to);
  if (!first || !last || *last < *first) return {};
  if (*first >= size) return {.kind = ByteRange::Kind::unsatisfiable};
  return {.kind = ByteRange::Kind::part, .first = *first, .size = std::min(*last, size - 1) - *first + 1};
}

}  // namespace entmoot
