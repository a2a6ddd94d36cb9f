// SPDX-License-Identifier: MIT

#pragma once

// `entmoot config`: the settings in effect, and where each comes from.

#include "command_line.hpp"

namespace entmoot_app {

[[nodiscard]] ExitCode show_config(const command::Config& config);

}  // namespace entmoot_app
