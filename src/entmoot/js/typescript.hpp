// SPDX-License-Identifier: MIT

#pragma once

// TypeScript to JavaScript by taking the types away: sucrase, bundled into the binary and run in QuickJS itself. Lines
// stay where they are. Nothing is type-checked.

#include <entmoot/base/result.hpp>

#include <string>
#include <string_view>

namespace entmoot::js {

/// The error names file, line and column. Some 20 ms for the first lines of code, then about 1 ms a file of usual size.
[[nodiscard]] Result<std::string> strip_types(std::string_view name, std::string_view source);

}  // namespace entmoot::js
