// SPDX-License-Identifier: MIT

#include "units.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <span>

namespace entmoot_app {

namespace {

struct Unit {
  std::string_view name;
  double factor;
};

constexpr std::array<Unit, 4> sizes = {{{"GB", 1024.0 * 1024 * 1024}, {"MB", 1024.0 * 1024}, {"KB", 1024}, {"B", 1}}};
// In milliseconds.
constexpr std::array<Unit, 5> times = {{{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};

constexpr double exact_max = 9'007'199'254'740'992;  // 2^53: a double represents every smaller integer
constexpr double century_ms = 100.0 * 366 * 86'400'000;

/// A number, an optional space and a unit, and nothing else.
std::optional<double> parse(std::string_view text, std::span<const Unit> units) {
  double number = 0;
  const auto* const end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (problem != std::errc() || !std::isfinite(number) || number < 0) return std::nullopt;
  std::string_view name(rest, static_cast<std::size_t>(end - rest));
  if (name.starts_with(' ')) name.remove_prefix(1);
  for (const Unit& unit : units) {
    if (unit.name == name) return number * unit.factor;
  }
  return std::nullopt;
}

/// In the largest unit that divides `number` evenly.
std::string show(double number, std::span<const Unit> units, std::string_view space) {
  const Unit* chosen = &units.back();
  for (const Unit& unit : units) {
    if (number >= unit.factor && std::fmod(number, unit.factor) == 0) {
      chosen = &unit;
      break;
    }
  }
  return fmt::format("{:.0f}{}{}", number / chosen->factor, space, chosen->name);
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto bytes = parse(text, sizes);
  if (!bytes || *bytes > exact_max) return std::nullopt;
  return static_cast<std::uint64_t>(std::llround(*bytes));
}

std::optional<entmoot::Duration> parse_time(std::string_view text) {
  const auto ms = parse(text, times);
  if (!ms || *ms > century_ms) return std::nullopt;
  return std::chrono::duration_cast<entmoot::Duration>(std::chrono::duration<double, std::milli>(*ms));
}

std::string show_size(std::uint64_t bytes) { return show(static_cast<double>(bytes), sizes, " "); }

std::string show_time(entmoot::Duration time) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  return ms == 0 ? "0s" : show(static_cast<double>(ms), times, "");
}

}  // namespace entmoot_app
