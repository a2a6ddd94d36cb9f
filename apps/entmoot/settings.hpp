// SPDX-License-Identifier: MIT

#pragma once

// All settings of entmoot.config.ts, each declared once. Reading (config.cpp), docs/configuration.md and
// priv/types/config.d.ts (settings_text.hpp) are derived from these tables.

#include "config.hpp"
#include "setting.hpp"

#include <array>
#include <string_view>

namespace entmoot_app {

/// All settings except `limits` and `rooms` (app_settings.cpp).
[[nodiscard]] const SettingTable<Config>& app_settings();

/// The settings in `limits` and in each entry of `rooms` (limit_settings.cpp).
[[nodiscard]] const SettingTable<entmoot::RoomLimits>& limit_settings();

/// The names that `handlers` accepts.
inline constexpr std::array<std::string_view, 2> known_handlers = {"broadcast", "send"};

}  // namespace entmoot_app
