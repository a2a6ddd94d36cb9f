// SPDX-License-Identifier: MIT

#include <entmoot/base/nearest_name.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace entmoot {

namespace {

// The longest name that is compared: the work grows with the square of the length.
constexpr std::size_t letters_max = 64;

char lower(char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter; }

/// The edit distance (optimal string alignment, a restricted Damerau-Levenshtein distance), ignoring case.
std::size_t distance(std::string_view a, std::string_view b) {
  const std::size_t width = b.size() + 1;
  std::vector<std::size_t> steps((a.size() + 1) * width);
  const auto at = [&](std::size_t i, std::size_t j) -> std::size_t& { return steps[i * width + j]; };
  for (std::size_t i = 0; i <= a.size(); ++i) at(i, 0) = i;
  for (std::size_t j = 0; j <= b.size(); ++j) at(0, j) = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1;
      at(i, j) = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + change});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
    }
  }
  return at(a.size(), b.size());
}

}  // namespace

std::string_view nearest_name(std::string_view written, std::span<const std::string_view> names) {
  if (written.size() > letters_max) return {};
  std::string_view nearest;
  std::size_t best = std::max<std::size_t>(1, written.size() / 3) + 1;
  for (const std::string_view name : names) {
    const std::size_t steps = distance(written, name);
    if (steps < best) {
      best = steps;
      nearest = name;
    }
  }
  return nearest;
}

}  // namespace entmoot
