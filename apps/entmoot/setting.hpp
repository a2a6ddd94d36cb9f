// SPDX-License-Identifier: MIT

#pragma once

// One setting of entmoot.config.ts: its name, accepted values, purpose, and how it is read into its `Owner` (Config or
// RoomLimits) and written out again. SettingTable has a function for each usual kind of setting; the overloads of put()
// and number_of() convert a number to and from the field's type (a count, a Duration, a Rate).

#include "units.hpp"

#include <entmoot/base/clock.hpp>
#include <entmoot/base/json.hpp>
#include <entmoot/base/result.hpp>
#include <entmoot/phoenix/rate.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace entmoot_app {

/// The strings of a list; nullopt if `value` is no list of strings.
[[nodiscard]] inline std::optional<std::vector<std::string>> texts_in(const entmoot::Json& value) {
  const auto* list = value.if_array();
  if (!list) return std::nullopt;
  std::vector<std::string> texts;
  for (const entmoot::Json& entry : *list) {
    if (!entry.is_string()) return std::nullopt;
    texts.emplace_back(entry.get_string());
  }
  return texts;
}
/// The same, or one string.
[[nodiscard]] inline std::optional<std::vector<std::string>> text_or_texts_in(const entmoot::Json& value) {
  return value.is_string() ? std::vector{std::string(value.get_string())} : texts_in(value);
}

/// When a changed setting takes effect. The table in docs/configuration.md and Reloader's report follow it.
enum class TakesEffect { after_restart, on_reload };

/// The smallest and the largest value, both inclusive.
struct Range {
  double least;
  double most;
  [[nodiscard]] bool holds(double value) const noexcept { return value >= least && value <= most; }
};

template <class Owner>
struct Setting {
  std::string name;      ///< The path below the owner: "history.entries".
  std::string type;      ///< The TypeScript type.
  std::string accepts;   ///< Completes "must be …" in an error.
  std::string range;     ///< The same, shorter, for a table; empty: the table shows `accepts`.
  std::string purpose;   ///< One sentence.
  std::string at_limit;  ///< The effect of reaching the limit; empty for settings that limit nothing.
  /// An Error without a reason means that the value is not one of the accepted values.
  std::function<entmoot::Result<void>(const entmoot::Json&, Owner&)> read;
  /// The value as it is written in the configuration.
  std::function<std::string(const Owner&)> shown;
  TakesEffect takes_effect = TakesEffect::after_restart;
  /// Of a number, size (in bytes) or time (in milliseconds).
  std::optional<Range> bounds = {};
};

// Conversion between numbers and fields. Times are in milliseconds.

template <std::integral T>
void put(T& field, double value) {
  field = static_cast<T>(value);
}
inline void put(double& field, double value) { field = value; }
template <class Rep, class Period>
void put(std::chrono::duration<Rep, Period>& field, double value) {
  field =
      std::chrono::duration_cast<std::chrono::duration<Rep, Period>>(std::chrono::duration<double, std::milli>(value));
}
template <class T>
void put(std::optional<T>& field, double value) {
  put(field.emplace(), value);
}
/// The burst and the largest debt keep their proportion to the rate.
inline void put(entmoot::Rate& field, double value) {
  const double factor = value / field.per_second;
  field = {.per_second = value, .burst = field.burst * factor, .debt = field.debt * factor};
}

template <std::integral T>
double number_of(const T& field) {
  return static_cast<double>(field);
}
inline double number_of(const double& field) { return field; }
template <class Rep, class Period>
double number_of(const std::chrono::duration<Rep, Period>& field) {
  return std::chrono::duration<double, std::milli>(field).count();
}
inline double number_of(const entmoot::Rate& field) { return field.per_second; }

inline std::optional<double> number_in(const entmoot::Json& value) {
  if (const auto* number = value.if_double()) return *number;
  if (const auto* number = value.if_int64()) return static_cast<double>(*number);
  if (const auto* number = value.if_uint64()) return static_cast<double>(*number);
  return std::nullopt;
}

inline std::string show_bytes_of(double value) { return show_size(static_cast<std::uint64_t>(value)); }
inline std::string show_ms_of(double value) {
  return show_time(std::chrono::duration_cast<entmoot::Duration>(std::chrono::duration<double, std::milli>(value)));
}
inline std::string in_quotes(const std::string& text) { return '"' + text + '"'; }

/// The settings of one owner, in the order of the documentation. `field` arguments are generic lambdas from the owner
/// to a reference to the field.
template <class Owner>
class SettingTable {
 public:
  struct Words {
    std::string name;
    std::string purpose;
    std::string at_limit = {};
  };

  template <class Field>
  SettingTable& flag(Words words, Field field) {
    return add(
        std::move(words), "boolean", "true or false",
        [field](const entmoot::Json& value, Owner& owner) -> entmoot::Result<void> {
          if (!value.is_bool()) return entmoot::fail(entmoot::ErrorCode::invalid, "");
          field(owner) = value.get_bool();
          return {};
        },
        [field](const Owner& owner) -> std::string { return field(owner) ? "true" : "false"; });
  }
  /// `unset` is shown for an optional field without a value.
  template <class Field>
  SettingTable& count(Words words, Range range, Field field, std::string unset = {}) {
    return add(
        std::move(words), "number", fmt::format("a whole number from {} to {}", range.least, range.most),
        [field, range](const entmoot::Json& value, Owner& owner) -> entmoot::Result<void> {
          const auto number = number_in(value);
          if (!number || std::floor(*number) != *number || !range.holds(*number))
            return entmoot::fail(entmoot::ErrorCode::invalid, "");
          put(field(owner), *number);
          return {};
        },
        [field, unset = std::move(unset)](const Owner& owner) -> std::string {
          if constexpr (requires { field(owner).has_value(); }) {
            return field(owner) ? fmt::format("{}", number_of(*field(owner))) : unset;
          } else {
            return fmt::format("{}", number_of(field(owner)));
          }
        },
        fmt::format("{} to {}", range.least, range.most), range);
  }
  /// A fraction.
  template <class Field>
  SettingTable& share(Words words, Range range, Field field) {
    return add(
        std::move(words), "number", fmt::format("a number from {} to {}", range.least, range.most),
        [field, range](const entmoot::Json& value, Owner& owner) -> entmoot::Result<void> {
          const auto number = number_in(value);
          if (!number || !range.holds(*number)) return entmoot::fail(entmoot::ErrorCode::invalid, "");
          put(field(owner), *number);
          return {};
        },
        [field](const Owner& owner) { return fmt::format("{}", number_of(field(owner))); },
        fmt::format("{} to {}", range.least, range.most), range);
  }
  /// `unset` is shown for zero, which then is no value that can be set.
  template <class Field>
  SettingTable& size(Words words, Range range, Field field, std::string unset = {}) {
    const auto accepts = fmt::format("a size from {} to {}: \"64 KB\", or a number of bytes",
                                     show_bytes_of(range.least), show_bytes_of(range.most));
    return add(
        std::move(words), "EntmootSize", accepts,
        [field, range](const entmoot::Json& value, Owner& owner) -> entmoot::Result<void> {
          auto bytes = number_in(value);
          if (const auto* text = value.if_string()) {
            if (const auto parsed = parse_size(*text)) bytes = static_cast<double>(*parsed);
          }
          if (!bytes || std::floor(*bytes) != *bytes || !range.holds(*bytes))
            return entmoot::fail(entmoot::ErrorCode::invalid, "");
          put(field(owner), *bytes);
          return {};
        },
        [field, unset = std::move(unset)](const Owner& owner) {
          if (!unset.empty() && number_of(field(owner)) == 0) return unset;
          return in_quotes(show_bytes_of(number_of(field(owner))));
        },
        fmt::format("{} to {}", show_bytes_of(range.least), show_bytes_of(range.most)), range);
  }
  /// `range` is in milliseconds. `unset` is shown for an optional field without a value.
  template <class Field>
  SettingTable& time(Words words, Range range, Field field, std::string unset = {}) {
    const auto accepts = fmt::format("a time from {} to {}: \"5s\", or a number of milliseconds",
                                     show_ms_of(range.least), show_ms_of(range.most));
    return add(
        std::move(words), "EntmootTime", accepts,
        [field, range](const entmoot::Json& value, Owner& owner) -> entmoot::Result<void> {
          auto ms = number_in(value);
          if (const auto* text = value.if_string()) {
            if (const auto parsed = parse_time(*text)) ms = number_of(*parsed);
          }
          if (!ms || !range.holds(*ms)) return entmoot::fail(entmoot::ErrorCode::invalid, "");
          put(field(owner), *ms);
          return {};
        },
        [field, unset = std::move(unset)](const Owner& owner) -> std::string {
          if constexpr (requires { field(owner).has_value(); }) {
            return field(owner) ? in_quotes(show_ms_of(number_of(*field(owner)))) : unset;
          } else {
            return in_quotes(show_ms_of(number_of(field(owner))));
          }
        },
        fmt::format("{} to {}", show_ms_of(range.least), show_ms_of(range.most)), range);
  }
  /// An empty string is not accepted. `unset` is shown for a field that is empty.
  template <class Field>
  SettingTable& text(Words words, const std::string& accepts, Field field, std::string unset = {}) {
    return add(
        std::move(words), "string", accepts,
        [field](const entmoot::Json& value, Owner& owner) -> entmoot::Result<void> {
          if (!value.is_string() || value.get_string().empty()) return entmoot::fail(entmoot::ErrorCode::invalid, "");
          field(owner) = std::string(value.get_string());
          return {};
        },
        [field, unset = std::move(unset)](const Owner& owner) -> std::string {
          return field(owner).empty() ? unset : in_quotes(field(owner));
        });
  }
  /// A setting of any other kind.
  SettingTable& add(Words words, const std::string& type, const std::string& accepts,
                    std::function<entmoot::Result<void>(const entmoot::Json&, Owner&)> read,
                    std::function<std::string(const Owner&)> shown, const std::string& range = {},
                    std::optional<Range> bounds = {}) {
    settings_.push_back({.name = std::move(words.name),
                         .type = type,
                         .accepts = accepts,
                         .range = range,
                         .purpose = std::move(words.purpose),
                         .at_limit = std::move(words.at_limit),
                         .read = std::move(read),
                         .shown = std::move(shown),
                         .bounds = bounds});
    return *this;
  }

  /// The setting added last takes effect on a reload.
  SettingTable& on_reload() {
    settings_.back().takes_effect = TakesEffect::on_reload;
    return *this;
  }
  SettingTable& all_on_reload() {
    for (auto& setting : settings_) setting.takes_effect = TakesEffect::on_reload;
    return *this;
  }

  [[nodiscard]] const std::vector<Setting<Owner>>& all() const noexcept { return settings_; }
  [[nodiscard]] const Setting<Owner>* find(std::string_view name) const noexcept {
    for (const auto& setting : settings_) {
      if (setting.name == name) return &setting;
    }
    return nullptr;
  }

 private:
  std::vector<Setting<Owner>> settings_;
};

}  // namespace entmoot_app
