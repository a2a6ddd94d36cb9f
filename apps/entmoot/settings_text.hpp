// SPDX-License-Identifier: MIT

#pragma once

// The settings for people and for editors, written from their tables.

#include <string>
#include <string_view>

namespace entmoot_app {

/// The tables of docs/configuration.md.
[[nodiscard]] std::string settings_markdown();
/// priv/types/config.d.ts, all of it.
[[nodiscard]] std::string settings_types();

/// What stands around the tables in docs/configuration.md.
inline constexpr std::string_view settings_begin = "<!-- settings: written by entmoot_settings -->\n";
inline constexpr std::string_view settings_end = "<!-- /settings -->\n";

}  // namespace entmoot_app
