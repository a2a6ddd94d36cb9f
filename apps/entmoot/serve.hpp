// SPDX-License-Identifier: MIT

#pragma once

// `entmoot serve` and `entmoot check`.

#include "command_line.hpp"

namespace entmoot_app {

/// Until SIGTERM or SIGINT; a second one ends it at once. SIGHUP reloads.
[[nodiscard]] ExitCode serve_app(const command::Serve& serve);
/// Says what is wrong with the app, a line for each mistake, or what there is in it.
[[nodiscard]] ExitCode check_app(const command::Check& check);

}  // namespace entmoot_app
