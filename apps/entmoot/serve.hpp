// SPDX-License-Identifier: MIT

#pragma once

// `entmoot serve` and `entmoot check`.

#include "command_line.hpp"

namespace entmoot_app {

/// Serves until SIGTERM or SIGINT; a second one ends the process at once. SIGHUP reloads.
[[nodiscard]] ExitCode serve_app(const command::Serve& serve);
/// Prints the app's errors, one per line, or its routes and "no problems found".
[[nodiscard]] ExitCode check_app(const command::Check& check);

}  // namespace entmoot_app
