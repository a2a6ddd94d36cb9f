// SPDX-License-Identifier: MIT

#pragma once

// The commands that use the control socket of an app's running server (server/control.hpp): rooms, console, eval,
// reload.

#include "command_line.hpp"

#include <entmoot/base/json.hpp>

#include <string>

namespace entmoot_app {

[[nodiscard]] ExitCode show_rooms(const command::Rooms& rooms);
/// Reads commands until `quit` or the end of the input.
[[nodiscard]] ExitCode open_console(const command::Console& console);
[[nodiscard]] ExitCode evaluate_in_room(const command::Eval& eval);
[[nodiscard]] ExitCode reload_server(const command::Reload& reload);
[[nodiscard]] ExitCode print_metrics(const command::Metrics& metrics);

/// What a reload changed, one line for each kind of change. `report` is the server's answer (Reloader::reload).
[[nodiscard]] std::string reload_text(const entmoot::Json& report);

}  // namespace entmoot_app
