// SPDX-License-Identifier: MIT

#pragma once

// A hash map with string keys whose lookup takes a string_view, without making a string.

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace entmoot {

struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};

template <class T>
using StringMap = std::unordered_map<std::string, T, StringHash, std::equal_to<>>;

}  // namespace entmoot
