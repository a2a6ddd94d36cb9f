// SPDX-License-Identifier: MIT

#pragma once

// The settings of what browsers get over HTTP: the headers of public/, and who may call rooms from other pages.

#include "config.hpp"
#include "setting.hpp"

namespace entmoot_app {

void add_page_settings(SettingTable<Config>& table);

}  // namespace entmoot_app
