// SPDX-License-Identifier: MIT

#pragma once

// Values that a script may know and that its log and its errors must not contain: each is replaced by its name, as
// "[API_KEY]". This keeps a script's mistake (console.log(process.env)) out of the log; it is no defence against a
// script that wants to tell.
//
// Immutable; any thread.

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace entmoot {

class Secrets {
 public:
  /// Shorter values are not replaced: "true" and "8080" are in many texts.
  static constexpr std::size_t bytes_min = 8;

  Secrets() = default;
  /// By name.
  explicit Secrets(std::vector<std::pair<std::string, std::string>> values) : values_(std::move(values)) {
    std::erase_if(values_, [](const auto& named) { return named.second.size() < bytes_min; });
    // One may contain another.
    std::ranges::sort(values_, std::greater(), [](const auto& named) { return named.second.size(); });
  }

  /// `text` without them.
  [[nodiscard]] std::string masked(std::string_view text) const {
    std::string shown(text);
    for (const auto& [name, value] : values_) {
      const std::string mark = '[' + name + ']';
      for (auto at = shown.find(value); at != std::string::npos; at = shown.find(value, at + mark.size())) {
        shown.replace(at, value.size(), mark);
      }
    }
    return shown;
  }

  friend bool operator==(const Secrets&, const Secrets&) = default;

 private:
  std::vector<std::pair<std::string, std::string>> values_;  // name, value
};

}  // namespace entmoot
