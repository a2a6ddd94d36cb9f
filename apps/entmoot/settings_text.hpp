// SPDX-License-Identifier: MIT

#pragma once

// The documentation and the TypeScript types of the settings, generated from their tables.

#include <string>
#include <string_view>

namespace entmoot_app {

/// The tables of docs/configuration.md.
[[nodiscard]] std::string settings_markdown();
/// The whole of priv/types/config.d.ts.
[[nodiscard]] std::string settings_types();

/// The marks around the tables in docs/configuration.md.
inline constexpr std::string_view settings_begin = "<!-- settings: written by entmoot_settings -->\n";
inline constexpr std::string_view settings_end = "<!-- /settings -->\n";

}  // namespace entmoot_app
