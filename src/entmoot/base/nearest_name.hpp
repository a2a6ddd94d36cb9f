// SPDX-License-Identifier: MIT

#pragma once

// The known name that was probably meant by an unknown one.

#include <span>
#include <string_view>

namespace entmoot {

/// The one of `names` that is closest to `written`: letters left out, put in, changed or swapped. Empty if none is
/// close, which is a third of the letters and at least one.
[[nodiscard]] std::string_view nearest_name(std::string_view written, std::span<const std::string_view> names);

}  // namespace entmoot
