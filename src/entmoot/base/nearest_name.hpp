// SPDX-License-Identifier: MIT

#pragma once

// Suggests a known name for a mistyped one.

#include <span>
#include <string_view>

namespace entmoot {

/// The name in `names` that is closest to `written` by inserted, deleted, changed and swapped letters. Empty if none is
/// within a third of the letters of `written` (at least one).
[[nodiscard]] std::string_view nearest_name(std::string_view written, std::span<const std::string_view> names);

}  // namespace entmoot
